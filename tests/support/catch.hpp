// Catch2 2 (Debian 12) and 3 (Debian 13, Ubuntu 24.04) have different headers; tests include this one.
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx; // global in version 2
#else
#include <catch2/catch.hpp>
#endif
