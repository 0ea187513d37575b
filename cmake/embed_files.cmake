# cmake -DFILES=GLOB -DHEADER=FILE -DNAMESPACE=NAME -DTYPE=STRUCT -DFUNCTION=NAME -DOUT=FILE -P embed_files.cmake
# Writes files into a C++ source: FUNCTION() gives a span of TYPE{name without extension, text}, sorted by name.
file(GLOB files "${FILES}")
list(SORT files)
set(text "#include \"${HEADER}\"\nnamespace ${NAMESPACE} {\nnamespace {\nconstexpr ${TYPE} k_files[] = {\n")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND text "  {\"${name}\", R\"cwfile(${content})cwfile\"},\n")
endforeach()
string(APPEND text "};\n} // namespace\nstd::span<const ${TYPE}> ${FUNCTION}() { return k_files; }\n} // namespace ${NAMESPACE}\n")
file(WRITE ${OUT}.tmp "${text}")
file(COPY_FILE ${OUT}.tmp ${OUT} ONLY_IF_DIFFERENT)
