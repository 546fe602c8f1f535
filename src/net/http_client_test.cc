#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace drydock::net {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A server on the loopback with a certificate of a CA made here. It prints its two ports: https, then plain http.
constexpr std::string_view kServer = R"PY(
import http.server, ssl, sys, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_GET(self):
        def answer(status, body=b"", **headers):
            self.send_response(status)
            for key, value in headers.items(): self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        if self.path == "/hello": answer(200, b"hello")
        elif self.path == "/large": answer(200, b"x" * 100000)
        elif self.path == "/moved": answer(302, Location="/hello")
        elif self.path == "/loop": answer(302, Location="/loop")
        elif self.path == "/downgrade": answer(302, Location="http://127.0.0.1:%d/hello" % plain.server_port)
        elif self.path == "/file": answer(302, Location="file:///etc/hostname")
        elif self.path == "/chunked":
            self.protocol_version = "HTTP/1.1"
            self.send_response(200); self.send_header("Transfer-Encoding", "chunked"); self.end_headers()
            for _ in range(100): self.wfile.write(b"400\r\n" + b"y" * 1024 + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/slow":
            self.send_response(200); self.send_header("Content-Length", "10"); self.end_headers(); self.wfile.flush(); time.sleep(20)
        elif self.path == "/short":
            self.send_response(200); self.send_header("Content-Length", "1000"); self.end_headers(); self.wfile.write(b"part")
        elif self.path == "/agent": answer(200, self.headers["User-Agent"].encode())
        elif self.path == "/denied": answer(403, b"no")
        else: answer(404, b"an error page")
tls = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/server.pem", sys.argv[1] + "/server.key")
tls.socket = context.wrap_socket(tls.socket, server_side=True)
threading.Thread(target=plain.serve_forever, daemon=True).start()
print(tls.server_port, plain.server_port, flush=True)
tls.serve_forever()
)PY";

class HttpClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = (fs::temp_directory_path() / "drydock_http_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::string make =
        "cd '" + folder_ +
        "' && exec >/dev/null 2>&1 && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=drydock-test-ca"
        " -keyout ca.key -out ca.pem && openssl req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout server.key "
        "-out "
        "server.csr && printf 'subjectAltName=IP:127.0.0.1' > san && openssl x509 -req -in server.csr -CA ca.pem "
        "-CAkey "
        "ca.key -CAcreateserial -days 2 -extfile san -out server.pem";
    if (std::system(make.c_str()) != 0) return;
    std::ofstream(folder_ + "/server.py") << kServer;
    int pipe_ends[2];
    if (::pipe(pipe_ends) != 0) return;
    server_ = ::fork();
    if (server_ == 0) {
      ::dup2(pipe_ends[1], 1);
      ::close(pipe_ends[0]);
      std::string script = folder_ + "/server.py";
      ::execlp("python3", "python3", script.c_str(), folder_.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    FILE* ports = ::fdopen(pipe_ends[0], "r");
    if (std::fscanf(ports, "%d %d", &tls_port_, &plain_port_) != 2) tls_port_ = 0;
    std::fclose(ports);
    // A proxy of this machine's environment must not stand between the test and the loopback.
    ::setenv("no_proxy", "127.0.0.1", 1);
  }
  static void TearDownTestSuite() {
    if (server_ > 0) {
      ::kill(server_, SIGKILL);
      ::waitpid(server_, nullptr, 0);
    }
    if (!folder_.empty()) fs::remove_all(folder_);
  }
  void SetUp() override {
    if (tls_port_ == 0) GTEST_SKIP() << "NO SERVER: python3 or openssl is not installed";
    Result<std::unique_ptr<HttpClient>> client = make_http_client({.ca_file = folder_ + "/ca.pem"});
    if (!client) GTEST_SKIP() << "NO LIBCURL: " << client.error().message;
    client_ = *std::move(client);
  }
  static std::string url(std::string_view path) {
    return "https://127.0.0.1:" + std::to_string(tls_port_) + std::string(path);
  }
  // The body, or the code and message of the error.
  std::string get(std::string_view path, const HttpLimits& limits = {}) { return fetch(*client_, url(path), limits); }
  static std::string fetch(HttpClient& client, const std::string& where, const HttpLimits& limits = {}) {
    std::string body;
    Result<HttpResponse> response = client.get(where, limits, [&](std::string_view piece) -> Result<void> {
      body += piece;
      return {};
    });
    if (response) return body;
    EXPECT_EQ(body.find("error page"), body.npos);
    return std::string(name_of(response.error().code)) + ": " + response.error().message;
  }

  static inline std::string folder_;
  static inline pid_t server_ = 0;
  static inline int tls_port_ = 0;
  static inline int plain_port_ = 0;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, ReadsABodyAndFollowsRedirects) {
  EXPECT_EQ(get("/hello"), "hello");
  EXPECT_EQ(get("/moved"), "hello");
  EXPECT_EQ(get("/agent"), "drydock");
  EXPECT_EQ(get("/large").size(), 100000u);
}

TEST_F(HttpClientTest, TrustsOnlyTheGivenCertificates) {
  Result<std::unique_ptr<HttpClient>> other = make_http_client();
  ASSERT_TRUE(other);
  EXPECT_THAT(fetch(**other, url("/hello")), HasSubstr("i/o error: "));
  EXPECT_THAT(fetch(*client_, "https://localhost:" + std::to_string(tls_port_) + "/hello"), HasSubstr("i/o error: "));
}

TEST_F(HttpClientTest, SpeaksHttpsOnly) {
  EXPECT_THAT(fetch(*client_, "http://127.0.0.1:" + std::to_string(plain_port_) + "/hello"), HasSubstr("i/o error: "));
  EXPECT_THAT(get("/downgrade"), HasSubstr("i/o error: "));
  EXPECT_THAT(get("/file"), HasSubstr("i/o error: "));
  EXPECT_THAT(fetch(*client_, "file:///etc/hostname"), HasSubstr("i/o error: "));
}

TEST_F(HttpClientTest, StopsAtItsLimits) {
  EXPECT_THAT(get("/large", {.bytes = 99999}), HasSubstr("over budget: "));
  EXPECT_THAT(get("/chunked", {.bytes = 5000}), HasSubstr("over the size limit"));
  EXPECT_THAT(get("/loop", {.redirects = 3}), HasSubstr("over budget: "));
  EXPECT_THAT(get("/slow", {.total_seconds = 1}), HasSubstr("over budget: "));
}

TEST_F(HttpClientTest, TellsFailuresApart) {
  EXPECT_THAT(get("/absent"), HasSubstr("not found: "));
  EXPECT_THAT(get("/absent"), HasSubstr("the server answered 404"));
  EXPECT_THAT(get("/denied"), HasSubstr("denied: "));
  EXPECT_THAT(get("/short"), HasSubstr("i/o error: "));
  EXPECT_THAT(fetch(*client_, "https://127.0.0.1:1/"), HasSubstr("i/o error: "));
}

TEST_F(HttpClientTest, HandsOnTheSinksError) {
  Result<HttpResponse> response =
      client_->get(url("/large"), {}, [](std::string_view) -> Result<void> { return fail(Errc::malformed, "enough"); });
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::malformed);
  EXPECT_THAT(response.error().message, HasSubstr("enough"));
}

}  // namespace
}  // namespace drydock::net
