// What commands do: questions that checks of Dockerfiles, compose files and scripts share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/dockerfile.h"
#include "formats/shell.h"

namespace drydock::checks {

// The words of a command in exec form, or of the one command of a shell form line; empty if it is more than one.
std::vector<std::string_view> command_words(const dockerfile::Instruction& in);

// What ENTRYPOINT and CMD start, word by word (docs.docker.com/reference/dockerfile, "Understand how CMD and ENTRYPOINT
// interact"): CMD follows ENTRYPOINT unless that is in shell form. Either may be null.
std::vector<std::string_view> started_words(const dockerfile::Instruction* entrypoint,
                                            const dockerfile::Instruction* command);

// The name of the development server that the words start ("flask run"), or empty. A wrapper in front (tini, dotenv,
// poetry run) is skipped; words may be one shell line in {"/bin/sh", "-c", line}.
std::string_view find_development_server(std::span<const std::string_view> words);

// A program that answers requests: gunicorn, node, nginx. False says nothing.
bool is_server(std::span<const std::string_view> words);

// A download whose output a shell or interpreter runs: `curl ... | sh`, `sh -c "$(curl ...)"`, `bash <(curl ...)`.
struct PipedScript {
  const shell::Command* runs = nullptr;  // the shell; null: there is none
  std::string_view downloader;           // "curl"
};
std::vector<PipedScript> piped_scripts(std::span<const shell::Command> commands);
// Some command compares a digest or checks a signature: sha256sum -c, gpg --verify, cosign verify-blob.
bool verifies_download(std::span<const shell::Command> commands);

// The programs `pip install` and the like, found behind `python -m`. Returns the words behind the program; empty if it
// is another one. `name` is "pip".
std::span<const shell::Word> pip_arguments(const shell::Command& command);
// The operand that names what to do: "install" of `apt-get -y -o Dpkg::Options::=--force-confold install curl`; null if
// there is none. `valued` are the short options that take a value in the next word.
const shell::Word* subcommand(std::span<const shell::Word> arguments, std::string_view valued);

// Targets of RUN --mount=type=cache and type=tmpfs.
std::vector<std::string_view> scratch_mounts(const dockerfile::Instruction& in);

}  // namespace drydock::checks
