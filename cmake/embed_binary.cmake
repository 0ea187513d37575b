# cmake -DFILE=FILE -DHEADER=FILE -DNAMESPACE=NAME -DFUNCTION=NAME -DOUT=FILE -P embed_binary.cmake
# Writes a file of any bytes into a C++ source: FUNCTION() gives them as a string_view.
file(READ ${FILE} content HEX)
string(REGEX REPLACE "(................................)" "\\1\n" content "${content}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," content "${content}")
set(text "#include <${HEADER}>\nnamespace ${NAMESPACE} {\nnamespace {\nconstexpr unsigned char k_bytes[] = {\n${content}};\n} // namespace\n")
string(APPEND text "std::string_view ${FUNCTION}() { return {reinterpret_cast<const char*>(k_bytes), sizeof(k_bytes)}; }\n} // namespace ${NAMESPACE}\n")
file(WRITE ${OUT}.tmp "${text}")
file(COPY_FILE ${OUT}.tmp ${OUT} ONLY_IF_DIFFERENT)
