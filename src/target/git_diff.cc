#include "target/git_diff.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"

namespace drydock::target {
namespace {

// ---- Unified diff

// "12,3" or "12": first line and count, removed from `rest`.
bool take_range(std::string_view& rest, uint32_t& first, uint32_t& count) {
  auto number = [&](uint32_t& value) {
    auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (failed != std::errc{}) return false;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    return true;
  };
  count = 1;
  if (!number(first)) return false;
  if (!rest.starts_with(',')) return true;
  rest.remove_prefix(1);
  return number(count);
}

// git quotes names with control characters, quotes and backslashes as C does: "b/a\tb\303\244".
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"')) return std::string(name);
  name = name.substr(1, name.size() - 2);
  constexpr std::string_view kLetters = "abtnvfr\"\\", kMeanings = "\a\b\t\n\v\f\r\"\\";
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\' || i + 1 == name.size()) {
      out += name[i];
      continue;
    }
    char next = name[++i];
    if (size_t letter = kLetters.find(next); letter != std::string_view::npos) {
      out += kMeanings[letter];
      continue;
    }
    int value = 0;
    size_t digits = 0;
    for (; digits < 3 && i + digits < name.size() && name[i + digits] >= '0' && name[i + digits] <= '7'; ++digits)
      value = value * 8 + (name[i + digits] - '0');
    if (digits == 0) {
      out += next;
      continue;
    }
    out += static_cast<char>(value);
    i += digits - 1;
  }
  return out;
}

// ---- Subprocess

std::string find_git() {
  const char* path = std::getenv("PATH");
  for (std::string_view folder : split(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path, ':')) {
    if (!folder.starts_with('/')) continue;  // a relative one could lead into the target
    std::string program = std::string(folder) + "/git";
    struct stat status{};
    if (::stat(program.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(program.c_str(), X_OK) == 0)
      return program;
  }
  return {};
}

using Sink = std::function<Result<void>(std::string_view bytes)>;

struct Call {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string input;   // path of stdin's file
  std::string errors;  // path that stderr is written to
};

// Ends the child whatever happens: a child that is not waited for stays as a zombie.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }
  int wait() {
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

Result<void> read_all(int descriptor, const Sink& sink) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kGitSeconds);
  std::vector<char> buffer(size_t{1} << 16);
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
    int ready = left.count() <= 0 ? 0 : ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0)
      return fail(Errc::over_budget, "git gave no answer within " + std::to_string(kGitSeconds) + " seconds");
    ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read the output of", "git", errno);
    if (got == 0) return {};
    TRY_VOID(sink({buffer.data(), static_cast<size_t>(got)}));
  }
}

// Runs it; the exit code.
Result<int> run(const std::string& program, const Call& call, const Sink& sink) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot start", program, errno);
  Descriptor from(ends[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, call.input.empty() ? "/dev/null" : call.input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, call.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (const std::string& argument : call.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (const std::string& variable : call.environment) environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);
  pid_t pid = -1;
  int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) return fail_errno("cannot start", program, failed);
  Child child(pid);
  TRY_VOID(read_all(from.get(), sink));
  int status = child.wait();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

Sink into(std::string& text, size_t limit) {
  return [&text, limit](std::string_view bytes) -> Result<void> {
    if (text.size() + bytes.size() > limit) return fail(Errc::over_budget, "git's answer is too long");
    text += bytes;
    return {};
  };
}

std::vector<std::string> environment_of(const std::string& folder) {
  const char* path = std::getenv("PATH");
  return {"PATH=" + std::string(path == nullptr ? "/usr/bin:/bin" : path),
          "HOME=" + folder,
          "LC_ALL=C",
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_SYSTEM=/dev/null",
          "GIT_CONFIG_GLOBAL=/dev/null",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_TERMINAL_PROMPT=0",
          "GIT_ALLOW_PROTOCOL=none",  // a partial clone must not fetch what it lacks
          "GIT_NO_LAZY_FETCH=1",
          "GIT_NO_REPLACE_OBJECTS=1",
          "GIT_OPTIONAL_LOCKS=0",
          "GIT_PAGER=cat"};
}

const std::vector<std::string> kHardened = {"--no-pager", "--literal-pathspecs",     "-c", "core.fsmonitor=false",
                                            "-c",         "core.hooksPath=/dev/null"};

std::string first_line(const std::string& path) {
  Result<std::string> text = read_file(path, 1 << 20);
  if (!text) return {};
  std::string_view rest = *text;
  return printable(take_line(rest).substr(0, 300));
}

Result<void> write_plain(const std::string& path, std::string_view bytes) { return write_file_atomically(path, bytes); }

std::string temporary_root() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && folder[0] == '/' ? folder : "/tmp";
}

}  // namespace

Result<void> UnifiedDiffReader::line(std::string_view line) {
  auto malformed = [] { return fail(Errc::malformed, "git's diff cannot be read"); };
  if (old_left_ != 0 || new_left_ != 0) {
    if (line.starts_with('-') && old_left_ != 0) {
      --old_left_;
    } else if (line.starts_with('+') && new_left_ != 0) {
      --new_left_;
    } else if (!line.starts_with('\\')) {
      return malformed();
    }
    return {};
  }
  if (line.starts_with("diff --git ")) {
    ranges_ = nullptr;
  } else if (line.starts_with("+++ ")) {
    std::string_view name = line.substr(4);
    if (name == "/dev/null") return {};               // deleted
    if (name.ends_with('\t')) name.remove_suffix(1);  // git ends names with blanks so
    std::string path = unquoted(name);
    if (!path.starts_with("b/")) return malformed();
    if (changed_.size() >= kGitFiles) return fail(Errc::over_budget, "too many files changed");
    ranges_ = &changed_[path.substr(2)];
  } else if (line.starts_with("@@ -")) {
    std::string_view rest = line.substr(4);
    LineRange range;
    uint32_t old_first = 0, new_count = 0;
    if (!take_range(rest, old_first, old_left_) || !rest.starts_with(" +")) return malformed();
    rest.remove_prefix(2);
    if (!take_range(rest, range.begin, new_count) || !rest.starts_with(" @@")) return malformed();
    new_left_ = new_count;
    range.end = range.begin + std::min(new_count, UINT32_MAX - range.begin);
    if (++hunks_ > kGitHunks) return fail(Errc::over_budget, "too many changes");
    if (ranges_ != nullptr) ranges_->push_back(range);
  }
  return {};
}

Result<ChangedLines> UnifiedDiffReader::finish() {
  if (old_left_ != 0 || new_left_ != 0) return fail(Errc::truncated, "git's diff ends in the middle");
  return std::move(changed_);
}

Result<ChangedLines> parse_unified_diff(std::string_view diff) {
  UnifiedDiffReader reader;
  while (!diff.empty()) {
    Cut line = cut(diff, "\n");
    TRY_VOID(reader.line(line.before));
    diff = line.after;
  }
  return reader.finish();
}

GitCommit::GitCommit(GitCommit&& other) noexcept { *this = std::move(other); }
GitCommit& GitCommit::operator=(GitCommit&& other) noexcept {
  std::swap(git_, other.git_);
  std::swap(top_, other.top_);
  std::swap(folder_, other.folder_);
  std::swap(objects_, other.objects_);
  std::swap(id_, other.id_);
  return *this;
}
GitCommit::~GitCommit() {
  if (folder_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

namespace {

// A repository of ours: no configuration but the object format, no references, nobody else's objects copied.
Result<void> make_repository(const std::string& folder, const std::string& commit) {
  for (const char* below : {"/repository", "/repository/objects", "/repository/refs"})
    TRY_VOID(create_directories(folder + below));
  bool sha256 = commit.size() == 64;
  TRY_VOID(write_plain(folder + "/repository/HEAD", "ref: refs/heads/none\n"));
  return write_plain(folder + "/repository/config",
                     sha256 ? "[core]\nrepositoryformatversion = 1\nbare = false\nfilemode = false\n"
                              "[extensions]\nobjectformat = sha256\n"
                            : "[core]\nrepositoryformatversion = 0\nbare = false\nfilemode = false\n");
}

struct Repository {
  const std::string &git, &top, &folder, &objects;
};

Result<void> run_inside(const Repository& in, std::vector<std::string> command, const std::string& input,
                        const Sink& sink) {
  std::vector<std::string> arguments = kHardened;
  arguments.insert(arguments.end(), command.begin(), command.end());
  Call call{.arguments = std::move(arguments),
            .environment = environment_of(in.folder),
            .input = input,
            .errors = in.folder + "/stderr"};
  for (const auto& [name, value] : {std::pair{"GIT_DIR=", in.folder + "/repository"},
                                    {"GIT_WORK_TREE=", in.top},
                                    {"GIT_OBJECT_DIRECTORY=", in.objects}})
    call.environment.push_back(name + value);
  // Relative paths are from the top of the working tree only when git runs there.
  call.arguments.insert(call.arguments.begin(), {"-C", in.top});
  TRY(int code, run(in.git, call, sink));
  if (code != 0) return fail(Errc::io, "git " + command[0] + " failed: " + first_line(call.errors));
  return {};
}

}  // namespace

Result<GitCommit> GitCommit::open(const std::string& top, const std::string& ref) {
  GitCommit commit;
  commit.top_ = top;
  commit.git_ = find_git();
  if (commit.git_.empty()) return fail(Errc::not_found, "the program git is needed and not in PATH; install git");
  std::string pattern = temporary_root() + "/drydock-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) return fail_errno("cannot create", pattern, errno);
  commit.folder_ = pattern;

  auto ask = [&](std::vector<std::string> question) -> Result<std::string> {
    std::vector<std::string> arguments = kHardened;
    arguments.insert(arguments.end(), question.begin(), question.end());
    Call call{.arguments = std::move(arguments),
              .environment = environment_of(commit.folder_),
              .input = {},
              .errors = commit.folder_ + "/stderr"};
    call.environment.push_back("GIT_DIR=" + top + "/.git");
    std::string answer;
    TRY(int code, run(commit.git_, call, into(answer, 1 << 16)));
    if (code != 0) return fail(Errc::not_found, first_line(call.errors));
    return std::string(trim(answer));
  };
  if (ref.empty() || ref.find('\0') != std::string::npos)
    return fail(Errc::malformed, "a commit, branch or tag is needed");
  Result<std::string> id = ask({"rev-parse", "--verify", "--end-of-options", ref + "^{commit}"});
  if (!id && id.error().code != Errc::not_found) return std::unexpected<Error>(id.error());
  if (!id)
    return fail(Errc::not_found, "'" + printable(ref) +
                                     "' is no commit, branch or tag that this repository has (git: " +
                                     id.error().message + "); fetch it first, in CI with the whole history");
  commit.id_ = *id;
  TRY(commit.objects_, ask({"rev-parse", "--git-path", "objects"}));
  TRY_VOID(make_repository(commit.folder_, commit.id_));
  Repository inside{commit.git_, commit.top_, commit.folder_, commit.objects_};
  std::string nothing;
  TRY_VOID(run_inside(inside, {"read-tree", commit.id_}, {}, into(nothing, 1 << 16)));
  return commit;
}

Result<std::set<std::string, std::less<>>> GitCommit::files(const std::string& below) const {
  std::vector<std::string> command{"ls-files", "-z", "--full-name"};
  if (!below.empty()) command.insert(command.end(), {"--", below});
  std::set<std::string, std::less<>> paths;
  std::string rest;
  auto take = [&](std::string_view bytes) -> Result<void> {
    rest += bytes;
    size_t begin = 0;
    for (size_t end = rest.find('\0'); end != std::string::npos; end = rest.find('\0', begin)) {
      paths.insert(rest.substr(begin, end - begin));
      begin = end + 1;
    }
    rest.erase(0, begin);
    if (paths.size() > kGitFiles) return fail(Errc::over_budget, "the commit holds too many files");
    return {};
  };
  TRY_VOID(run_inside({git_, top_, folder_, objects_}, command, {}, take));
  return paths;
}

Result<ChangedLines> GitCommit::changed_lines(const std::string& below) const {
  std::vector<std::string> command{
      "diff-files", "--patch", "--unified=0",     "--no-renames",    "--no-ext-diff",          "--no-textconv",
      "--no-color", "--text",  "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all"};
  if (!below.empty()) command.insert(command.end(), {"--", below});
  // A line's beginning says all; minified files have lines of megabytes.
  constexpr size_t kKept = 8192;
  UnifiedDiffReader reader;
  std::string line;
  auto take = [&](std::string_view bytes) -> Result<void> {
    while (!bytes.empty()) {
      Cut part = cut(bytes, "\n");
      line += part.before.substr(0, kKept - std::min(kKept, line.size()));
      if (!part.found) break;
      TRY_VOID(reader.line(line));
      line.clear();
      bytes = part.after;
    }
    return {};
  };
  TRY_VOID(run_inside({git_, top_, folder_, objects_}, command, {}, take));
  if (!line.empty()) TRY_VOID(reader.line(line));
  return reader.finish();
}

Result<std::map<std::string, std::string>> GitCommit::read(const std::vector<std::string>& paths,
                                                           uint64_t limit) const {
  std::string questions;
  std::vector<const std::string*> asked;
  for (const std::string& path : paths) {
    if (path.find('\n') != std::string::npos) continue;  // cannot be asked for by line
    questions += id_ + ":" + path + "\n";
    asked.push_back(&path);
  }
  std::map<std::string, std::string> files;
  if (asked.empty()) return files;
  std::string input = folder_ + "/stdin", answer;
  TRY_VOID(write_plain(input, questions));
  TRY_VOID(
      run_inside({git_, top_, folder_, objects_}, {"cat-file", "--batch"}, input, into(answer, size_t{256} << 20)));
  // "<object> blob <size>\n<bytes>\n", or "<question> missing\n".
  std::string_view rest = answer;
  for (const std::string* path : asked) {
    Cut header = cut(rest, "\n");
    rest = header.after;
    std::vector<std::string_view> words = split(header.before, ' ');
    if (words.size() < 3 || words.back() == "missing") {
      if (words.back() == "missing") continue;
      return fail(Errc::malformed, "git cat-file gave an answer that cannot be read");
    }
    uint64_t size = 0;
    auto [end, failed] = std::from_chars(words[2].data(), words[2].data() + words[2].size(), size);
    if (failed != std::errc{} || end != words[2].data() + words[2].size() || size >= rest.size())
      return fail(Errc::truncated, "git cat-file gave less than it announced");
    if (words[1] == "blob" && size <= limit) files.emplace(*path, rest.substr(0, size));
    rest.remove_prefix(size + 1);
  }
  return files;
}

}  // namespace drydock::target
