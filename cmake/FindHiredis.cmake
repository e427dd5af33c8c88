# Finds hiredis (0.14 or 1.x) and, where it is there, its TLS part:
#   hiredis::hiredis      always
#   hiredis::hiredis_ssl  when hiredis_ssl.h and libhiredis_ssl exist
# Debian's own HiredisConfig sets variables only and errors without a version.
find_path(HIREDIS_INCLUDE_DIR hiredis/hiredis.h)
find_library(HIREDIS_LIBRARY hiredis)
find_path(HIREDIS_SSL_INCLUDE_DIR hiredis/hiredis_ssl.h
  HINTS ${HIREDIS_INCLUDE_DIR} NO_DEFAULT_PATH)
get_filename_component(_hiredis_lib_dir "${HIREDIS_LIBRARY}" DIRECTORY)
find_library(HIREDIS_SSL_LIBRARY hiredis_ssl
  HINTS ${_hiredis_lib_dir} NO_DEFAULT_PATH)

if(HIREDIS_INCLUDE_DIR)
  file(STRINGS "${HIREDIS_INCLUDE_DIR}/hiredis/hiredis.h" _hiredis_defines
    REGEX "#define HIREDIS_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*"
    "\\1.\\2.\\3" Hiredis_VERSION "${_hiredis_defines}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hiredis
  REQUIRED_VARS HIREDIS_LIBRARY HIREDIS_INCLUDE_DIR
  VERSION_VAR Hiredis_VERSION)

if(Hiredis_FOUND AND NOT TARGET hiredis::hiredis)
  add_library(hiredis::hiredis UNKNOWN IMPORTED)
  set_target_properties(hiredis::hiredis PROPERTIES
    IMPORTED_LOCATION "${HIREDIS_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${HIREDIS_INCLUDE_DIR}")
  if(HIREDIS_SSL_INCLUDE_DIR AND HIREDIS_SSL_LIBRARY)
    add_library(hiredis::hiredis_ssl UNKNOWN IMPORTED)
    set_target_properties(hiredis::hiredis_ssl PROPERTIES
      IMPORTED_LOCATION "${HIREDIS_SSL_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${HIREDIS_SSL_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES hiredis::hiredis)
  endif()
endif()
mark_as_advanced(HIREDIS_INCLUDE_DIR HIREDIS_LIBRARY HIREDIS_SSL_INCLUDE_DIR
  HIREDIS_SSL_LIBRARY)
