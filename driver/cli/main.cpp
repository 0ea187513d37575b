#include <cargo_wasm/cli/start.hpp>

int main(int argc, char** argv, char** environment)
{
  return cargo_wasm::cli::start(argc, argv, environment);
}
