#include <cargo_wasm/browser/site.hpp>

#include <support/catch.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::browser;

namespace {

struct World
{
  test::TempDir directory;
  std::unique_ptr<base::Filesystem> fs = base::make_filesystem();
  Site site;

  World()
  {
    directory.write("www/index.html", "<p>root");
    directory.write("www/app.wasm", "wasm");
    directory.write("www/a b.txt", "blank");
    directory.write("www/deep/index.html", "<p>deep");
    directory.write("www/empty/other.js", "1");
    directory.write("secret.txt", "secret");
    REQUIRE(fs->make_symlink(directory / "secret.txt", directory / "www/link.txt"));
    REQUIRE(fs->make_symlink(directory / "www/app.wasm", directory / "www/inside.wasm"));
    site.mount(directory / "www");
  }

  Answer get(std::string_view target) const { return site.answer(*fs, "GET", target, "127.0.0.1:8000"); }
};

} // namespace

TEST_CASE("a file has the type that browsers insist on", "[browser][site]")
{
  CHECK(mime_type("/a/app.wasm") == "application/wasm");
  CHECK(mime_type("x.js") == "text/javascript; charset=utf-8");
  CHECK(mime_type("x.mjs") == "text/javascript; charset=utf-8");
  CHECK(mime_type("INDEX.HTML") == "text/html; charset=utf-8");
  CHECK(mime_type("x.css") == "text/css; charset=utf-8");
  CHECK(mime_type("x.unknown") == "application/octet-stream");
  CHECK(mime_type("wasm") == "application/octet-stream");
}

TEST_CASE("files, and the index of a directory, are given", "[browser][site]")
{
  const World world;
  CHECK(world.get("/app.wasm") == Answer{200, "application/wasm", "", "wasm"});
  CHECK(world.get("/app.wasm?v=1#x").body == "wasm");
  CHECK(world.get("//app.wasm").body == "wasm");
  CHECK(world.get("/a%20b.txt").body == "blank");
  CHECK(world.get("/").body == "<p>root");
  CHECK(world.get("/deep/").body == "<p>deep");
  CHECK(world.get("/inside.wasm").body == "wasm");
  const Answer moved = world.get("/deep");
  CHECK(moved.status == 301);
  CHECK(moved.location == "/deep/");
}

TEST_CASE("nothing outside of the directory is given", "[browser][site]")
{
  const World world;
  const std::string outside = (world.directory / "secret.txt").native();
  for (const std::string& target : {std::string("/../secret.txt"),
                                    std::string("/deep/../../secret.txt"),
                                    std::string("/%2e%2e/secret.txt"),
                                    std::string("/..%2fsecret.txt"),
                                    std::string("/link.txt"),
                                    "/" + outside,
                                    "//" + outside,
                                    "/%2f" + outside,
                                    std::string("secret.txt"),
                                    std::string("http://127.0.0.1/secret.txt"),
                                    std::string("/%zz"),
                                    std::string("/%00"),
                                    std::string()}) {
    INFO(target);
    const Answer answer = world.get(target);
    CHECK((answer.status == 400 || answer.status == 404));
    CHECK(answer.body != "secret");
  }
  CHECK(world.get("/%2fetc").status == 400); // no word on whether it is there
  CHECK(world.get("/empty/").status == 404); // no list of files
}

TEST_CASE("what was made up comes before files, and the first directory before the second", "[browser][site]")
{
  World world;
  world.directory.write("other/app.wasm", "other");
  world.directory.write("other/more.js", "more");
  world.site.mount(world.directory / "other");
  world.site.add("/index.html", "made up");
  world.site.add_file("/named.txt", world.directory / "secret.txt");
  CHECK(world.get("/").body == "made up");
  CHECK(world.get("/app.wasm").body == "wasm");
  CHECK(world.get("/more.js").body == "more");
  CHECK(world.get("/named.txt").body == "secret");
}

TEST_CASE("only this machine asks, and only for reading", "[browser][site]")
{
  const World world;
  for (const auto* host : {"127.0.0.1", "localhost:80", "LOCALHOST", "[::1]:8000", "app.localhost:1"}) {
    INFO(host);
    CHECK(world.site.answer(*world.fs, "HEAD", "/app.wasm", host).status == 200);
  }
  for (const auto* host : {"evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"}) {
    INFO(host);
    CHECK(world.site.answer(*world.fs, "GET", "/app.wasm", host).status == 403);
  }
  CHECK(world.site.answer(*world.fs, "POST", "/app.wasm", "localhost").status == 405);
}
