//! A plugin: input, configuration, variables, a request, and a function that its host adds.
use extism_pdk::*;

#[host_fn]
extern "ExtismHost" {
    fn translate(text: String, language: String) -> String;
}

#[host_fn("dictionary")]
extern "ExtismHost" {
    fn lookup(word: String) -> String;
}

#[plugin_fn]
pub fn greet(name: String) -> FnResult<String> {
    let language = config::get("language")?.unwrap_or_else(|| "en".into());
    let seen: i64 = var::get("seen")?.unwrap_or(0);
    var::set("seen", seen + 1)?;
    info!("greeted {seen} before");
    let greeting = unsafe { translate(format!("Hello, {name}"), language)? };
    Ok(unsafe { lookup(greeting)? })
}

#[plugin_fn]
pub fn ask(address: String) -> FnResult<Vec<u8>> {
    let answer = http::request::<()>(&HttpRequest::new(address), None)?;
    Ok(answer.body())
}
