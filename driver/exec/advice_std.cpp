#include <array>

#include <fmt/format.h>

#include "advice_cases.hpp"

namespace cargo_wasm::exec {
namespace {

struct Missing
{
  std::string_view needle;     ///< in rustc's text
  std::string_view capability; ///< "the home directory"
  std::string_view way_out;
};

/// The first that matches counts: specific ones first.
constexpr std::array k_missing = {
    Missing{"home_dir",
            "a home directory (`home_dir`)",
            "make the use optional with `#[cfg(not(target_family = \"wasm\"))]`, or take a version of the crate that does"},
    Missing{"os::unix",
            "Unix interfaces (`std::os::unix`)",
            "`#[cfg(unix)]` is off for wasm: a crate that uses these without it needs a patch or another version"},
    Missing{"os::windows", "Windows interfaces (`std::os::windows`)", "the crate assumes everything that is not Unix is Windows"},
    Missing{"TcpStream", "sockets", "try features without networking; wasm32-wasip2 has sockets"},
    Missing{"TcpListener", "sockets", "try features without networking; wasm32-wasip2 has sockets"},
    Missing{"UnixStream", "Unix sockets", "try features without networking"},
    Missing{"mmap", "memory-mapped files", "try features without `mmap`: files can be read instead"},
    Missing{"libc::", "a function of the C library", "try a newer version, or features that do not need the system's C library"},
    Missing{"signal", "signals", "try features without signal handling"},
    Missing{"Only features sync,macros,io-util,rt,time are supported on wasm",
            "tokio's networking and files",
            "use tokio with `default-features = false` and features among sync, macros, io-util, rt, time"},
};

bool is_resolution_error(std::string_view text)
{
  for (const char* needle : {"error[E0432]",
                             "error[E0433]",
                             "error[E0425]",
                             "error[E0412]",
                             "error[E0599]",
                             "error[E0658]",
                             "compile_error!",
                             "are supported on wasm",
                             "not supported",
                             "unsupported",
                             "error[E0061]",
                             "error[E0308]",
                             "error[E0004]",
                             "error:"}) {
    if (text.find(needle) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

} // namespace

std::optional<FailureAdvice> advise_missing_std(const Failure& failure)
{
  if (failure.graph.actions[failure.action].kind != plan::ActionKind::rustc || !is_resolution_error(failure.text)) {
    return std::nullopt;
  }
  for (const Missing& missing : k_missing) {
    if (failure.text.find(missing.needle) == std::string_view::npos) {
      continue;
    }
    FailureAdvice advice;
    const plan::ActionLabel& label = failure.graph.actions[failure.action].label;
    advice.notes.push_back(
        fmt::format("`{}` uses {}, which {} does not have", short_name(label.package_display), missing.capability, failure.triple));
    if (const std::string path = needed_through(failure); !path.empty()) {
      advice.notes.push_back("needed through " + path);
    }
    advice.helps.emplace_back(missing.way_out);
    return advice;
  }
  return std::nullopt;
}

} // namespace cargo_wasm::exec
