// Downloads over HTTPS: the seam that tests replace. libcurl is opened on first use, so that a scan, which never
// downloads, does not pay 5 ms for loading it and runs where it is not installed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock::net {

struct HttpLimits {
  uint64_t bytes = uint64_t{2} << 30;  // of the decoded body
  int connect_seconds = 20;
  int total_seconds = 900;
  int stall_seconds = 60;  // below 1 KiB/s for so long is an error
  int redirects = 5;       // https to https only
};

struct HttpResponse {
  int status = 0;
  std::string url;  // after redirects
};

// Called with pieces of the body in order, for a 2xx answer only. An error ends the download and is returned by get().
using HttpSink = std::function<Result<void>(std::string_view piece)>;

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Errc::not_found for 404 and 410, denied for 401 and 403, io for other statuses and for the network, over_budget for
  // a limit. Blocks; one call at a time.
  virtual Result<HttpResponse> get(const std::string& url, const HttpLimits& limits, const HttpSink& sink) = 0;
};

struct HttpOptions {
  std::string ca_file;  // PEM; empty: $SSL_CERT_FILE, else the system's
  std::string user_agent = "drydock";
};

// A client over libcurl: https only, certificates verified, TLS 1.2 or newer, no credentials, proxies by the usual
// environment variables. Errc::unsupported where libcurl is not installed.
Result<std::unique_ptr<HttpClient>> make_http_client(const HttpOptions& options = {});

}  // namespace drydock::net
