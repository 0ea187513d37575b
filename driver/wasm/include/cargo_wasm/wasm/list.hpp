// Rows of items in a file, read when they are asked for.
//
// A `List` was read once when the item that holds it was read, so that walking it cannot fail; it holds its place, not its items. A
// `SectionReader` walks the entries of a section, each of which may turn out to be wrong.
#pragma once
#include <cargo_wasm/wasm/cursor.hpp>

#include <iterator>

namespace cargo_wasm::wasm {

/// How one T is read. Item types have a static `read`; numbers and names are read by these.
template <class T> struct Reader
{
  static T read(Cursor& cursor) { return T::read(cursor); }
};
template <> struct Reader<std::uint32_t>
{
  static std::uint32_t read(Cursor& cursor) { return cursor.u32("an index"); }
};
template <> struct Reader<std::string_view>
{
  static std::string_view read(Cursor& cursor) { return cursor.name("a name"); }
};

template <class T> class List
{
public:
  class Iterator
  {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator(Cursor cursor, std::uint32_t left) : m_cursor(cursor), m_left(left) { load(); }
    reference operator*() const { return m_item; }
    pointer operator->() const { return &m_item; }
    Iterator& operator++()
    {
      --m_left;
      load();
      return *this;
    }
    bool operator==(const Iterator& other) const { return m_left == other.m_left; }

  private:
    void load()
    {
      if (m_left != 0) {
        m_item = Reader<T>::read(m_cursor);
      }
    }
    Cursor m_cursor;
    std::uint32_t m_left;
    T m_item{};
  };

  List() = default;
  /// Reads `count` items and keeps where they are.
  static List read(Cursor& cursor, std::uint32_t count)
  {
    const std::uint64_t begin = cursor.offset();
    for (std::uint32_t i = 0; i < count && !cursor.failed(); ++i) {
      Reader<T>::read(cursor);
    }
    List list;
    if (!cursor.failed()) {
      list.m_items = cursor.since(begin);
      list.m_count = count;
    }
    return list;
  }
  /// Reads a count of at most `limit`, and the items.
  static List read_counted(Cursor& cursor, std::uint32_t limit, const char* expected)
  {
    return read(cursor, cursor.count(limit, expected));
  }

  [[nodiscard]] std::uint32_t size() const noexcept { return m_count; }
  [[nodiscard]] bool empty() const noexcept { return m_count == 0; }
  [[nodiscard]] Iterator begin() const { return Iterator(m_items, m_count); }
  [[nodiscard]] Iterator end() const { return Iterator(m_items, 0); }

private:
  Cursor m_items;
  std::uint32_t m_count = 0;
};

/// "NAME, entry READ+1 of COUNT", or "NAME" where no entry is concerned.
[[nodiscard]] std::string entry_place(const char* name, std::uint32_t read, std::uint32_t count);

/// The entries of a section or subsection, one after another, and then its end.
///
///   auto imports = module.imports();
///   for (Import import; imports.next(import);) { … }
///   CW_TRY(imports.finish());
template <class T> class SectionReader
{
public:
  SectionReader() = default;
  /// `entries` stands behind the count. `name` is a literal for errors: "import section".
  SectionReader(Source source, Cursor entries, std::uint32_t count, const char* name)
      : m_source(std::move(source)), m_cursor(entries), m_count(count), m_name(name)
  {
  }
  /// As above, with the count still to be read.
  SectionReader(Source source, Cursor content, const char* name) : m_source(std::move(source)), m_cursor(content), m_name(name)
  {
    m_count = m_cursor.u32("a count of entries");
    if (m_cursor.failed()) {
      m_count = 0;
    }
  }

  [[nodiscard]] std::uint32_t size() const noexcept { return m_count; }
  /// Where the next entry begins.
  [[nodiscard]] std::uint64_t offset() const noexcept { return m_cursor.offset(); }
  [[nodiscard]] const Source& source() const noexcept { return m_source; }
  [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }

  /// Reads the next entry; false when there is none, or when it is wrong: `finish` tells which.
  bool next(T& item)
  {
    if (m_cursor.failed() || m_read == m_count) {
      if (!m_cursor.at_end()) {
        m_cursor.fail(Fault::excess, m_cursor.offset(), "the end of the section after its last entry", m_cursor.remaining());
      }
      return false;
    }
    item = Reader<T>::read(m_cursor);
    if (m_cursor.failed()) {
      return false;
    }
    ++m_read;
    return true;
  }
  /// Notes a failure that only the caller can see, and ends the walk.
  void fail(const Failure& failure) { m_cursor.fail(failure); }

  /// The error that ended the walk, if it was one.
  [[nodiscard]] Result<> finish() const
  {
    if (!m_cursor.failed()) {
      return {};
    }
    return base::fail(to_error(m_cursor.failure(), m_source, place()));
  }
  /// "import section, entry 7 of 9"
  [[nodiscard]] std::string place() const { return entry_place(m_name, m_read, m_count); }

private:
  Source m_source;
  Cursor m_cursor;
  std::uint32_t m_count = 0;
  std::uint32_t m_read = 0;
  const char* m_name = "section";
};

} // namespace cargo_wasm::wasm
