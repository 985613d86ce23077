# What `cmake --install` leaves of the libraries: headers, a config package with the components
# core, scene and qt, and a pkg-config file for each. demo/ installs itself.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/paintprof")

function(install_component component target)
    install(TARGETS ${target} EXPORT paintprof-${component}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT paintprof-${component} NAMESPACE paintprof::
            FILE paintprof-${component}.cmake DESTINATION ${package_dir})
    configure_file(${PROJECT_SOURCE_DIR}/cmake/paintprof-${component}.pc.in
                   ${PROJECT_BINARY_DIR}/paintprof-${component}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/paintprof-${component}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# The .pc files find their prefix from where they stand, so that a tree may be moved.
file(RELATIVE_PATH PAINTPROF_PREFIX_FROM_PC "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")

install_component(core paintprof)
install_component(scene paintprof_scene)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/include/paintprof
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/src/include/paintprof/version.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/paintprof)

if(PAINTPROF_QT)
    install_component(qt paintprof_qt)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/shim/include/paintprof
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/paintprofConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/paintprofConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/paintprofConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/paintprofConfig.cmake
              ${PROJECT_BINARY_DIR}/paintprofConfigVersion.cmake
        DESTINATION ${package_dir})
