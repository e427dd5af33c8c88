# Installs the client library and the API's generated library, for
#   find_package(agent_service CONFIG REQUIRED)
#   target_link_libraries(mine PRIVATE agent::client)
# Component `client`; the programs install with the default one.
include(CMakePackageConfigHelpers)

set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/agent_service")

install(TARGETS agent_client agent_proto agent_base
  EXPORT agent_service_targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT client)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/client/include/"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT client
  FILES_MATCHING PATTERN "*.h")
install(DIRECTORY "${PROJECT_BINARY_DIR}/proto/agent/v1/"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/agent/v1" COMPONENT client
  FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/proto/agent"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/agent_service/proto" COMPONENT client
  FILES_MATCHING PATTERN "*.proto")
install(EXPORT agent_service_targets NAMESPACE agent::
  DESTINATION "${config_dir}" COMPONENT client)

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/agent_service-config.cmake.in"
  "${PROJECT_BINARY_DIR}/agent_service-config.cmake"
  INSTALL_DESTINATION "${config_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/agent_service-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/agent_service-config.cmake"
  "${PROJECT_BINARY_DIR}/agent_service-config-version.cmake"
  DESTINATION "${config_dir}" COMPONENT client)
