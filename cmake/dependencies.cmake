# The libraries from the distribution, each as drydock::<name>. Static where an archive exists: every shared object adds
# 0.1-0.3 ms to every start (docs/design.md, "Start-up"). tests/needed_libraries.cmake holds the list to what is agreed.
find_package(Threads REQUIRED)

function(drydock_static name archive header)
  find_library(${name}_ARCHIVE ${archive} REQUIRED)
  find_path(${name}_INCLUDE ${header} PATH_SUFFIXES ${ARGN} REQUIRED)
  add_library(drydock::${name} INTERFACE IMPORTED)
  target_link_libraries(drydock::${name} INTERFACE ${${name}_ARCHIVE})
  target_include_directories(drydock::${name} SYSTEM INTERFACE ${${name}_INCLUDE})
endfunction()

drydock_static(hs_runtime libhs_runtime.a hs_runtime.h hs)
drydock_static(hs libhs.a hs.h hs)            # the compiler; only build-time tools link it
drydock_static(re2 libre2.a re2/re2.h)
drydock_static(zstd libzstd.a zstd.h)
drydock_static(yaml libyaml.a yaml.h)
drydock_static(archive libarchive.a archive.h)
drydock_static(crypto libcrypto.a openssl/evp.h)  # digests alone; TLS is libcurl's, opened on first use
target_link_libraries(drydock::crypto INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
drydock_static(isal isal isa-l/igzip_lib.h)   # Debian ships no archive of it
if(DRYDOCK_TESTS)
  drydock_static(zlib libz.a zlib.h)  # the oracle for gzip
endif()
# The compiler half of Vectorscan and RE2 need threads; RE2 from Debian 13 on also Abseil, which pkg-config knows.
target_link_libraries(drydock::re2 INTERFACE Threads::Threads)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2_REQUIRES QUIET re2)
list(REMOVE_ITEM RE2_REQUIRES_LIBRARIES re2)
target_link_libraries(drydock::re2 INTERFACE ${RE2_REQUIRES_LIBRARIES})
