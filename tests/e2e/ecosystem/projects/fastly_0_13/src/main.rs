//! A program of the edge: it answers, asks a backend, counts in a store, logs. `close`, `read` and `write` of the host have the names of libc's.
use fastly::http::{header, Method, StatusCode};
use fastly::kv_store::KVStore;
use fastly::{ConfigStore, Error, Request, Response};
use std::io::Write;

#[fastly::main]
fn main(mut request: Request) -> Result<Response, Error> {
    let mut log = fastly::log::Endpoint::from_name("access");
    writeln!(log, "{} {}", request.get_method(), request.get_path())?;
    if request.get_method() == Method::DELETE {
        return Ok(Response::from_status(StatusCode::FORBIDDEN));
    }
    if request.get_path() == "/hits" {
        let store = KVStore::open("hits")?.expect("the store exists");
        let hits: u64 = store.lookup("all")?.take_body().into_string().parse().unwrap_or(0);
        store.insert("all", (hits + 1).to_string())?;
        return Ok(Response::from_body(format!("{hits}\n")));
    }
    let mut streamed = Response::from_status(StatusCode::OK).with_header(header::CONTENT_TYPE, "text/plain").stream_to_client();
    if let Some(greeting) = ConfigStore::open("greetings").get(request.get_path()) {
        streamed.write_all(greeting.as_bytes())?;
    }
    request.set_header("x-edge", "1");
    let mut answer = request.send("origin")?;
    streamed.write_all(&answer.take_body_bytes())?;
    streamed.finish()?;
    std::process::exit(0)
}
