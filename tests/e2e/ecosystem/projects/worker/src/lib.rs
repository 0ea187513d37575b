//! A worker: a router, a store, a request of its own, a durable object.
use worker::*;

#[durable_object]
pub struct Counter {
    state: State,
}

impl DurableObject for Counter {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        let count: u32 = self.state.storage().get("count").await?.unwrap_or(0);
        self.state.storage().put("count", count + 1).await?;
        Response::ok(count.to_string())
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    console_error_panic_hook::set_once();
    console_log!("{}", request.path());
    Router::new()
        .get_async("/kv/:key", |_, context| async move {
            let store = context.kv("STORE")?;
            let value = store.get(context.param("key").unwrap()).text().await?;
            Response::ok(value.unwrap_or_default())
        })
        .get_async("/origin", |_, _| async move { Fetch::Url("https://example.com/".parse()?).send().await })
        .get_async("/count", |request, context| async move {
            context.durable_object("COUNTER")?.get_by_name("all")?.fetch_with_request(request).await
        })
        .run(request, env)
        .await
}
