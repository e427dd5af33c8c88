# Finds libevent 2.1 (its own config is not packaged everywhere):
#   libevent::core    the loop, buffers
#   libevent::extra   evhttp
find_path(LIBEVENT_INCLUDE_DIR event2/http.h)
find_library(LIBEVENT_CORE_LIBRARY event_core)
find_library(LIBEVENT_EXTRA_LIBRARY event_extra)

if(LIBEVENT_INCLUDE_DIR)
  find_file(LIBEVENT_CONFIG_HEADER event2/event-config.h
    HINTS "${LIBEVENT_INCLUDE_DIR}")
  if(LIBEVENT_CONFIG_HEADER)
    file(STRINGS "${LIBEVENT_CONFIG_HEADER}" _libevent_version
      REGEX "#define EVENT__VERSION \"")
    string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" Libevent_VERSION
      "${_libevent_version}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libevent
  REQUIRED_VARS LIBEVENT_CORE_LIBRARY LIBEVENT_EXTRA_LIBRARY
    LIBEVENT_INCLUDE_DIR
  VERSION_VAR Libevent_VERSION)

if(Libevent_FOUND AND NOT TARGET libevent::core)
  foreach(part core extra)
    string(TOUPPER ${part} _part)
    add_library(libevent::${part} UNKNOWN IMPORTED)
    set_target_properties(libevent::${part} PROPERTIES
      IMPORTED_LOCATION "${LIBEVENT_${_part}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${LIBEVENT_INCLUDE_DIR}")
  endforeach()
  set_target_properties(libevent::extra PROPERTIES
    INTERFACE_LINK_LIBRARIES libevent::core)
endif()
mark_as_advanced(LIBEVENT_INCLUDE_DIR LIBEVENT_CORE_LIBRARY
  LIBEVENT_EXTRA_LIBRARY LIBEVENT_CONFIG_HEADER)
