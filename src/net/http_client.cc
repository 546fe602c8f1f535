#include "net/http_client.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdlib>
#include <optional>

#include "base/text.h"

// Type-checking macros of curl.h; we call through pointers.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace drydock::net {
namespace {

// The functions used, by pointer. The library stays loaded: unloading TLS libraries is not safe.
struct Curl {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_setopt) setopt = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) getinfo = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
};

template <class Function>
bool load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

std::optional<Curl> open_curl() {
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) continue;
    Curl curl;
    bool complete =
        load(library, "curl_global_init", curl.global_init) && load(library, "curl_easy_init", curl.init) &&
        load(library, "curl_easy_setopt", curl.setopt) && load(library, "curl_easy_perform", curl.perform) &&
        load(library, "curl_easy_getinfo", curl.getinfo) && load(library, "curl_easy_cleanup", curl.cleanup) &&
        load(library, "curl_easy_strerror", curl.strerror);
    if (complete && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return curl;
  }
  return std::nullopt;
}

// Loaded once per process; initialisation of a local static is thread-safe.
const std::optional<Curl>& curl_library() {
  static const std::optional<Curl> curl = open_curl();
  return curl;
}

struct Download {
  const Curl* curl;
  CURL* handle;
  const HttpSink* sink;
  uint64_t left;
  std::optional<Error> error;
};

size_t on_body(char* data, size_t, size_t size, void* user) {
  Download& download = *static_cast<Download*>(user);
  long status = 0;
  download.curl->getinfo(download.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) return size;  // an error page is nobody's data
  if (size > download.left) {
    download.error = Error{Errc::over_budget, "the answer is over the size limit"};
    return 0;
  }
  download.left -= size;
  if (Result<void> taken = (*download.sink)({data, size}); !taken) {
    download.error = taken.error();
    return 0;
  }
  return size;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(const Curl& curl, HttpOptions options) : curl_(curl), options_(std::move(options)) {}

  Result<HttpResponse> get(const std::string& url, const HttpLimits& limits, const HttpSink& sink) override {
    CURL* handle = curl_.init();
    if (handle == nullptr) return fail(Errc::io, "libcurl could not be initialised");
    Download download{&curl_, handle, &sink, limits.bytes, std::nullopt};
    char details[CURL_ERROR_SIZE] = "";
    bool set = configure(handle, url, limits, download, details);
    CURLcode code = set ? curl_.perform(handle) : CURLE_BAD_FUNCTION_ARGUMENT;
    HttpResponse response;
    long status = 0;
    const char* final_url = nullptr;
    curl_.getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_.getinfo(handle, CURLINFO_EFFECTIVE_URL, &final_url);
    response.status = static_cast<int>(status);
    response.url = final_url != nullptr ? final_url : url;
    std::string why = details[0] != '\0' ? details : curl_.strerror(code);
    curl_.cleanup(handle);

    if (download.error) return fail_in(url, *download.error);
    if (!set) return fail(Errc::unsupported, "the installed libcurl is too old for a safe download");
    if (code == CURLE_FILESIZE_EXCEEDED || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_TOO_MANY_REDIRECTS)
      return fail(Errc::over_budget, url + ": " + printable(why));
    if (code != CURLE_OK) return fail(Errc::io, url + ": " + printable(why));
    if (status < 200 || status > 299) {
      Errc kind = status == 404 || status == 410   ? Errc::not_found
                  : status == 401 || status == 403 ? Errc::denied
                                                   : Errc::io;
      return fail(kind, url + ": the server answered " + std::to_string(status));
    }
    return response;
  }

 private:
  bool configure(CURL* handle, const std::string& url, const HttpLimits& limits, Download& download, char* details) {
    auto set = [&](CURLoption option, auto value) { return curl_.setopt(handle, option, value) == CURLE_OK; };
    // Integer options are read as long from the variable arguments.
    bool ok = set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "https") &&
              set(CURLOPT_REDIR_PROTOCOLS_STR, "https") && set(CURLOPT_FOLLOWLOCATION, 1L) &&
              set(CURLOPT_MAXREDIRS, static_cast<long>(limits.redirects)) && set(CURLOPT_SSL_VERIFYPEER, 1L) &&
              set(CURLOPT_SSL_VERIFYHOST, 2L) && set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
              set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits.connect_seconds)) &&
              set(CURLOPT_TIMEOUT, static_cast<long>(limits.total_seconds)) && set(CURLOPT_LOW_SPEED_LIMIT, 1024L) &&
              set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall_seconds)) && set(CURLOPT_NOSIGNAL, 1L) &&
              set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.bytes)) &&
              set(CURLOPT_USERAGENT, options_.user_agent.c_str()) && set(CURLOPT_ERRORBUFFER, details) &&
              set(CURLOPT_WRITEFUNCTION, &on_body) && set(CURLOPT_WRITEDATA, &download);
    std::string ca = options_.ca_file;
    const char* variable = std::getenv("SSL_CERT_FILE");
    if (ca.empty() && variable != nullptr) ca = variable;
    return ok && (ca.empty() || set(CURLOPT_CAINFO, ca.c_str()));
  }

  const Curl& curl_;
  HttpOptions options_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(const HttpOptions& options) {
  const std::optional<Curl>& curl = curl_library();
  if (!curl) {
    return fail(Errc::unsupported,
                "downloading needs libcurl, which is not installed (Debian: apt install libcurl4); or give --mirror "
                "DIR with files fetched elsewhere");
  }
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(*curl, options));
}

}  // namespace drydock::net
