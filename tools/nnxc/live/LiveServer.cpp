// A few fixed addresses over cpp-httplib. The page at / shows the report, as it is written to disk,
// in a frame and puts a new one in its place; so the report needs no part in it.
#include "LiveServer.h"

#include "LiveReport.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fmt/format.h>
#include <pthread.h>
#include <stdexcept>
#include <string_view>
#include <thread>

// From Assets.S.
extern "C" const char nnxc_live_html_begin[], nnxc_live_html_end[], nnxc_live_css_begin[],
    nnxc_live_css_end[], nnxc_live_js_begin[], nnxc_live_js_end[];

namespace nnx {
namespace {

constexpr const char *loopback = "127.0.0.1";

// A browser that was led here by another's name for this address says that name: DNS rebinding.
bool isOurs(const httplib::Request &request, int port) {
  const std::string host = request.get_header_value("Host");
  return request.get_header_value_count("Host") == 1 &&
         (host == fmt::format("{}:{}", loopback, port) ||
          host == fmt::format("localhost:{}", port));
}

void refuse(httplib::Response &response, int status, const char *why) {
  response.status = status;
  response.set_content(fmt::format("{}\n", why), "text/plain");
}

class Server {
public:
  explicit Server(const std::vector<std::string> &folders) : report(folders) {
    http.set_socket_options([](socket_t socket) { // without SO_REUSEPORT: one server, one port
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    http.set_keep_alive_max_count(1); // no thread waits for a request to come
    http.set_payload_max_length(0);
    http.new_task_queue = [] { return new httplib::ThreadPool(4); };
    http.set_default_headers({{"Cache-Control", "no-store"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Resource-Policy", "same-origin"}});
    http.set_pre_routing_handler([this](const auto &request, auto &response) {
      answer(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
  }

  void bind(int wanted) {
    if (wanted == 0)
      port = http.bind_to_any_port(loopback);
    else
      port = http.bind_to_port(loopback, wanted) ? wanted : -1;
    if (port < 0)
      throw std::runtime_error(
          wanted == 0 ? fmt::format("{}: no port is free", loopback)
                      : fmt::format("{}:{} is in use; choose another --port", loopback, wanted));
  }

  // Until a signal. Both signals are blocked in every thread, and one waits for them.
  void run() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    fmt::print("report: http://{}:{}/ follows the results; Ctrl-C ends it\n", loopback, port);
    std::fflush(stdout);
    std::thread listener([this] { http.listen_after_bind(); });
    int signal = 0;
    sigwait(&signals, &signal);
    while (!http.is_running()) // a signal may be faster than the listener
      std::this_thread::yield();
    http.stop();
    listener.join();
  }

private:
  void answer(const httplib::Request &request, httplib::Response &response) {
    if (!isOurs(request, port))
      return refuse(response, 403, "this server answers to 127.0.0.1 and localhost alone");
    if (request.method != "GET") {
      response.set_header("Allow", "GET");
      return refuse(response, 405, "this server is only read from");
    }
    if (request.path == "/") {
      response.set_header(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
          "'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'");
      return send(response, nnxc_live_html_begin, nnxc_live_html_end, "text/html; charset=utf-8");
    }
    if (request.path == "/live.css")
      return send(response, nnxc_live_css_begin, nnxc_live_css_end, "text/css; charset=utf-8");
    if (request.path == "/live.js")
      return send(response, nnxc_live_js_begin, nnxc_live_js_end, "text/javascript; charset=utf-8");
    if (request.path == "/report") {
      response.set_header("Content-Security-Policy", "frame-ancestors 'self'");
      return response.set_content(report.page(), "text/html; charset=utf-8");
    }
    if (request.path == "/state") {
      const LiveReport::State state = report.follow();
      const nlohmann::json json = {{"version", state.version}, {"text", state.text}};
      return response.set_content(
          json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "application/json");
    }
    refuse(response, 404, "there is no such page");
  }

  static void send(httplib::Response &response, const char *begin, const char *end,
                   const char *type) {
    response.set_content(begin, static_cast<size_t>(end - begin), type);
  }

  LiveReport report;
  httplib::Server http;
  int port = -1;
};

} // namespace

void serveReport(const std::vector<std::string> &folders, int port) {
  Server server(folders);
  server.bind(port);
  server.run();
}

} // namespace nnx
