#include <support/test_env.hpp>

namespace cargo_wasm::test {

base::Env TestEnv::env()
{
  return {fs, process, http, clock, reporter, vars, cwd};
}

RealEnv::RealEnv(base::Path working_directory)
    : vars(base::read_environment()), cwd(std::move(working_directory)), m_fs(base::make_filesystem()),
      m_process(base::make_process_runner()), m_clock(base::make_clock())
{
}

base::Env RealEnv::env()
{
  return {*m_fs, *m_process, http, *m_clock, reporter, vars, cwd};
}

} // namespace cargo_wasm::test
