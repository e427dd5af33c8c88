# Run as a script: cmake -DOUTPUT=x.cc "-DFILES=a;b" -P EmbedFiles.cmake
# Writes a source that defines what service/dashboard/embedded_file.h declares.
set(rows "")
list(LENGTH FILES count)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(SHA256 "${file}" digest)
  file(SIZE "${file}" size)
  file(READ "${file}" hex HEX)
  # As escapes, so that no byte can end the literal; 20 a line.
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
  string(REPEAT "...." 20 line)
  string(REGEX REPLACE "(${line})" "\\1\"\n     \"" bytes "${bytes}")
  string(APPEND rows "    {\"${name}\", \"${digest}\",\n"
    "     std::string_view(\n     \"${bytes}\", ${size})},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedFiles.cmake.\n"
  "#include \"service/dashboard/embedded_file.h\"\n\nnamespace agent {\n\n"
  "const EmbeddedFile kDashboardFiles[] = {\n${rows}};\n"
  "const size_t kDashboardFileCount = ${count};\n\n}  // namespace agent\n")
