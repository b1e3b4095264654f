# Packs the page of the report (template, style, scripts, and Vega as vl-convert bundles it) into one
# zlib stream, which page.S embeds into the runtime. Expects the target nnxrt.
enable_language(ASM)
find_program(NNX_PYTHON NAMES python3 DOC "Python that has vl-convert-python, for the report's charts" REQUIRED)
execute_process(
  COMMAND ${NNX_PYTHON} -c "import vl_convert" RESULT_VARIABLE NNX_VL_CONVERT_MISSING OUTPUT_QUIET ERROR_QUIET)
if(NNX_VL_CONVERT_MISSING)
  message(FATAL_ERROR "${NNX_PYTHON} has no vl_convert (pip install vl-convert-python==1.9.0); set NNX_PYTHON to one that has, or run tools/setup")
endif()

set(NNX_PAGE_ASSETS ${CMAKE_CURRENT_LIST_DIR}/assets)
file(GLOB NNX_PAGE_PARTS CONFIGURE_DEPENDS ${NNX_PAGE_ASSETS}/*.js ${NNX_PAGE_ASSETS}/*.css ${NNX_PAGE_ASSETS}/*.html)
set(NNX_PAGE ${CMAKE_CURRENT_BINARY_DIR}/page.html.z)
add_custom_command(
  OUTPUT ${NNX_PAGE}
  COMMAND ${NNX_PYTHON} ${NNX_PAGE_ASSETS}/pack_page.py ${NNX_PAGE}
  DEPENDS ${NNX_PAGE_ASSETS}/pack_page.py ${NNX_PAGE_PARTS}
  COMMENT "Packing the page of the report"
  VERBATIM)
set_source_files_properties(
  ${NNX_PAGE_ASSETS}/page.S
  PROPERTIES OBJECT_DEPENDS ${NNX_PAGE} COMPILE_DEFINITIONS NNX_PAGE="${NNX_PAGE}")
target_sources(nnxrt PRIVATE ${NNX_PAGE_ASSETS}/page.S)
