# cmake -D PAGE=<this folder> -D OUTPUT=<source> -P assemble.cmake: makes one page of the files of this folder, and of
# the page a C++ source. The scripts are one module, in the order of their names: what a script needs of another while it is
# read comes first in the alphabet (chart.js); functions are known everywhere.
file(READ ${PAGE}/page.html page)
foreach(kind IN ITEMS css js)
  file(GLOB files ${PAGE}/*.${kind})
  list(SORT files)
  set(all "")
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(APPEND all "${text}")
  endforeach()
  string(TOUPPER ${kind} place)
  string(REPLACE "%${place}%" "${all}" page "${page}")
endforeach()
file(
  WRITE ${OUTPUT}
  "namespace pantile::apps {\nextern char const* const page_text;\nchar const* const page_text = R\"page(${page})page\";\n}  // namespace pantile::apps\n"
)
