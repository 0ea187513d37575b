//! A filter: headers, a call to another service, shared data, a metric, a timer.
use log::info;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MetricType};
use std::time::Duration;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Root));
}}

struct Root;

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        self.set_tick_period(Duration::from_secs(5));
        self.get_plugin_configuration().is_some()
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        let requests = hostcalls::define_metric(MetricType::Counter, "requests").ok()?;
        Some(Box::new(Filter { requests }))
    }
}

struct Filter {
    requests: u32,
}

impl Context for Filter {
    fn on_http_call_response(&mut self, _token: u32, _headers: usize, size: usize, _trailers: usize) {
        if self.get_http_call_response_body(0, size).is_some() {
            self.resume_http_request();
        }
    }
}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _count: usize, _end: bool) -> Action {
        hostcalls::increment_metric(self.requests, 1).unwrap();
        info!("{:?}", self.get_http_request_header(":path"));
        self.set_shared_data("seen", Some(b"1"), None).unwrap();
        let headers = vec![(":method", "GET"), (":path", "/check"), (":authority", "auth")];
        match self.dispatch_http_call("auth", headers, None, vec![], Duration::from_secs(1)) {
            Ok(_) => Action::Pause,
            Err(_) => Action::Continue,
        }
    }
}
