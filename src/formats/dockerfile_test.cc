#include "formats/dockerfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace drydock::dockerfile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps the arena with the file.
struct Parsed {
  Arena arena;
  std::string bytes;
  const File* file = nullptr;

  explicit Parsed(std::string_view text) : bytes(text) {
    Result<const File*> result = parse(bytes, arena);
    EXPECT_TRUE(result) << text;
    static const File kNone;
    file = result ? *result : &kNone;
  }
  const File* operator->() const { return file; }
  const Instruction& at(size_t i) const { return file->instructions[i]; }
};

std::vector<std::string> texts(std::span<const Word> words) {
  std::vector<std::string> out;
  for (const Word& word : words) out.emplace_back(word.text);
  return out;
}

std::vector<std::string> written(std::span<const Word> words, std::string_view bytes) {
  std::vector<std::string> out;
  for (const Word& word : words) out.emplace_back(word.span.of(bytes));
  return out;
}

std::vector<std::string> messages(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const tree::Problem& problem : parsed->problems)
    out.push_back(std::string(problem.at.of(parsed.bytes)) + ": " + std::string(problem.message));
  return out;
}

// "curl -o x" for each command.
std::vector<std::string> commands(const Instruction& in) {
  std::vector<std::string> out;
  for (const shell::Command& command : in.commands) {
    std::string line;
    for (const shell::Word& word : command.words) line += (line.empty() ? "" : " ") + std::string(word.text);
    out.push_back(line);
  }
  return out;
}

TEST(Dockerfile, ReadsAnOrdinaryFileWithoutProblems) {
  Parsed parsed(R"(# syntax=docker/dockerfile:1
# check=skip=all;error=true

ARG PYTHON=3.12
FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS Build
# install
RUN --mount=type=cache,target=/root/.cache \
    apt-get update && \
    # the compiler
    apt-get install -y gcc

FROM build
ENV A=1 \
    B="two words"
COPY --from=0 --chown=app:app /src /dst
USER app
HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1
CMD ["gunicorn", "app:app"]
)");
  EXPECT_THAT(messages(parsed), IsEmpty());
  EXPECT_EQ(parsed->syntax, "docker/dockerfile:1");
  EXPECT_EQ(parsed->check, "skip=all;error=true");
  ASSERT_EQ(parsed->stages.size(), 2u);
  const Stage& build = parsed->stages[0];
  EXPECT_EQ(build.name, "Build");
  EXPECT_EQ(build.image, "python:3.12-slim");
  EXPECT_EQ(build.reference, "python:${PYTHON}-slim");
  EXPECT_EQ(build.reference_span.of(parsed.bytes), "python:${PYTHON}-slim");
  EXPECT_EQ(build.platform, "$BUILDPLATFORM");
  EXPECT_EQ(build.parent, -1);
  EXPECT_EQ(parsed->final_stage()->parent, 0);
  EXPECT_EQ(parsed->parent_of(*parsed->final_stage()), &build);
  EXPECT_EQ(build.instructions.size(), 1u);
  EXPECT_EQ(parsed->stages[1].instructions.size(), 5u);
  ASSERT_EQ(parsed->comments.size(), 2u);
  EXPECT_EQ(parsed->comments[0].text, "install");
  EXPECT_EQ(parsed->comments[1].text, "the compiler");
  EXPECT_EQ(parsed->comments[1].span.of(parsed.bytes), "# the compiler");
}

TEST(Dockerfile, ParserDirectivesStandOnlyAtTheTop) {
  struct {
    std::string_view text, syntax;
    char escape;
  } cases[] = {
      {"# syntax=a\n# escape=`\nFROM x\n", "a", '`'},
      {"#SYNTAX = a b \nFROM x\n", "a b", '\\'},
      {"\xef\xbb\xbf# escape=`\nFROM x\n", "", '`'},
      {"  # escape=`\r\nFROM x\r\n", "", '`'},
      {"\n# escape=`\nFROM x\n", "", '\\'},
      {"# a comment\n# escape=`\nFROM x\n", "", '\\'},
      {"# unknown=1\n# escape=`\nFROM x\n", "", '\\'},
      {"FROM x\n# escape=`\n", "", '\\'},
      {"# escape=\nFROM x\n", "", '\\'},
  };
  for (const auto& c : cases) {
    Parsed parsed(c.text);
    EXPECT_EQ(parsed->syntax, c.syntax) << c.text;
    EXPECT_EQ(parsed->escape, c.escape) << c.text;
    EXPECT_THAT(messages(parsed), IsEmpty()) << c.text;
    EXPECT_EQ(parsed->stages.size(), 1u) << c.text;
  }
}

TEST(Dockerfile, JoinsContinuedLinesAndDropsCommentsAndEmptyLines) {
  Parsed parsed("RUN a \\\n  # one\n\n\t\n  b \\ \t\n# two\n  && c\nRUN d \\\\\nUSER e");
  ASSERT_EQ(parsed->instructions.size(), 3u);
  const Instruction& run = parsed.at(0);
  EXPECT_EQ(run.text, "a   b   && c");
  EXPECT_EQ(run.form, Form::shell);
  EXPECT_EQ(run.span.of(parsed.bytes), "RUN a \\\n  # one\n\n\t\n  b \\ \t\n# two\n  && c");
  EXPECT_THAT(commands(run), ElementsAre("a b", "c"));
  EXPECT_EQ(run.commands[0].span.of(parsed.bytes), "a \\\n  # one\n\n\t\n  b");
  EXPECT_EQ(run.commands[1].words[0].span.of(parsed.bytes), "c");
  EXPECT_EQ(parsed->comments.size(), 2u);
  // Two escapes at the end are an escaped escape.
  EXPECT_EQ(parsed.at(1).text, "d \\\\");
  EXPECT_EQ(parsed.at(2).words[0].text, "e");
}

TEST(Dockerfile, ContinuationsMayStandAnywhere) {
  struct {
    std::string_view text, want;
  } cases[] = {
      {"RUN a\\\nb\n", "ab"},
      {"RUN \\\na\n", "a"},
      {"RUN\\\n a\n", "a"},
      {"R\\\nUN a\n", "a"},
      {"\\\nRUN a\n", "a"},
      {"RUN a \\\n", "a"},
      {"RUN a \\", "a"},
      {"RUN a \\\n#c", "a"},
      {"RUN a \\\r\n  b\r\n", "a   b"},
      {"RUN a # \\\n && b\n", "a #  && b"},
  };
  for (const auto& c : cases) {
    Parsed parsed(c.text);
    ASSERT_EQ(parsed->instructions.size(), 1u) << c.text;
    EXPECT_EQ(parsed.at(0).keyword, Keyword::run) << c.text;
    EXPECT_EQ(parsed.at(0).text, c.want) << c.text;
  }
  // The shell gets one line, so its comment takes the rest.
  Parsed commented("RUN a # \\\n && b\n");
  EXPECT_THAT(commands(commented.at(0)), ElementsAre("a"));
}

TEST(Dockerfile, TheBacktickEscapesOnWindows) {
  Parsed parsed("# escape=`\nFROM windows\nCOPY a\\b `\n  c:\\\nWORKDIR C:\\app\nRUN dir `\n c:\\\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  EXPECT_THAT(texts(parsed.at(1).words), ElementsAre("a\\b", "c:\\"));
  EXPECT_EQ(parsed.at(2).words[0].text, "C:\\app");
  EXPECT_EQ(parsed.at(3).text, "dir  c:\\");
}

TEST(Dockerfile, CarriageReturnsBelongToLineEnds) {
  Parsed parsed("FROM a\r\nRUN b \\\r\n  # c\r\n  && d\r\nCOPY <<E /f\r\nx\r\nE\r\nUSER u\r\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  EXPECT_EQ(parsed->stages[0].image, "a");
  EXPECT_EQ(parsed.at(1).text, "b   && d");
  EXPECT_EQ(parsed.at(2).heredocs[0].body, "x\r\n");
  EXPECT_EQ(parsed.at(3).span.of(parsed.bytes), "USER u");
  EXPECT_EQ(parsed->comments[0].text, "c");
}

TEST(Dockerfile, ExecFormIsAJsonArrayOfStringsAndNothingElse) {
  struct {
    std::string_view text;
    Form form;
    bool json_like;
    std::vector<std::string> words;
  } cases[] = {
      {R"(CMD ["a", "b c"])", Form::exec, false, {"a", "b c"}},
      {R"(CMD [ "a" , "\"\\\n\u00e9\ud83d\ude00" ] )", Form::exec, false, {"a", "\"\\\n\u00e9\U0001f600"}},
      {"CMD []", Form::exec, false, {}},
      {"CMD [\"a\", \\\n  \"b\"]", Form::exec, false, {"a", "b"}},
      {"cmd a b", Form::shell, false, {}},
      {"CMD ['a', 'b']", Form::shell, true, {}},
      {R"(CMD ["a", "b"] # start)", Form::shell, true, {}},
      {R"(CMD ["a" "b"])", Form::shell, true, {}},
      {R"(CMD ["a", "b",])", Form::shell, true, {}},
      {R"(CMD ["a\x"])", Form::shell, true, {}},
      {R"(CMD ["a)", Form::shell, true, {}},
      {"CMD [a, b]", Form::shell, true, {}},
      {"CMD [ a, b ]", Form::shell, true, {}},
      {"CMD [ 'a' ]", Form::shell, true, {}},
      {R"(RUN [ "$A" = "b" ] && c)", Form::shell, false, {}},
      {"RUN [ -f x ] || c", Form::shell, false, {}},
      {"RUN [[ -f x ]] || c", Form::shell, false, {}},
      {R"(SHELL ["bash", "-c"])", Form::exec, false, {"bash", "-c"}},
      {R"(VOLUME ["/a", "/b"])", Form::none, false, {"/a", "/b"}},
      {R"(COPY ["a b", "c"])", Form::none, false, {"a b", "c"}},
      {R"(HEALTHCHECK CMD ["a", "b"])", Form::exec, false, {"a", "b"}},
  };
  for (const auto& c : cases) {
    Parsed parsed(c.text);
    ASSERT_EQ(parsed->instructions.size(), 1u) << c.text;
    const Instruction& in = parsed.at(0);
    EXPECT_EQ(in.form, c.form) << c.text;
    EXPECT_EQ(in.json_like, c.json_like) << c.text;
    EXPECT_EQ(texts(in.words), c.words) << c.text;
    EXPECT_THAT(messages(parsed), IsEmpty()) << c.text;
  }
}

TEST(Dockerfile, OpensTheScriptOfAnExecForm) {
  Parsed parsed(
      "CMD [\"tini\", \"--\", \"sh\", \"-c\", \"exec a \\\"$B c\\\" \\\\\\\\ \\\n && d\"]\nCMD [\"a\", \"-c\", "
      "\"b\"]\n");
  const Instruction& in = parsed.at(0);
  EXPECT_THAT(commands(in), ElementsAre("exec a $B c \\", "d"));
  EXPECT_EQ(in.commands[0].program(), "a");
  EXPECT_EQ(in.commands[0].words[2].span.of(parsed.bytes), "\"$B c\\\"");
  EXPECT_EQ(in.commands[1].words[0].span.of(parsed.bytes), "d");
  EXPECT_EQ(in.words[4].span.of(parsed.bytes), "\"exec a \\\"$B c\\\" \\\\\\\\ \\\n && d\"");
  EXPECT_THAT(parsed.at(1).commands, IsEmpty());
}

TEST(Dockerfile, ReadsFlags) {
  Parsed parsed(
      "COPY --link --from=\"a b\" --chown=x:\\\ny -- --z /d --late\nRUN --mount=type=secret,id=k --network=none a "
      "--b\n");
  const Instruction& copy = parsed.at(0);
  ASSERT_EQ(copy.flags.size(), 3u);
  EXPECT_EQ(copy.flags[0].name, "link");
  EXPECT_EQ(copy.flags[0].value, "");
  EXPECT_EQ(copy.flag("from")->value, "a b");
  EXPECT_EQ(copy.flag("from")->value_span.of(parsed.bytes), "\"a b\"");
  EXPECT_EQ(copy.flag("chown")->value, "x:y");
  EXPECT_EQ(copy.flag("chown")->span.of(parsed.bytes), "--chown=x:\\\ny");
  EXPECT_EQ(copy.flag("chmod"), nullptr);
  EXPECT_THAT(texts(copy.words), ElementsAre("--z", "/d", "--late"));
  EXPECT_EQ(copy.sources().size(), 2u);
  EXPECT_EQ(copy.destination(), "--late");
  EXPECT_EQ(parsed.at(1).flag("mount")->value, "type=secret,id=k");
  EXPECT_EQ(parsed.at(1).text, "a --b");
  EXPECT_THAT(messages(parsed), IsEmpty());
}

std::string pairs(const Instruction& in, std::string_view bytes) {
  std::string out;
  for (const Pair& pair : in.pairs) {
    out += "(" + std::string(pair.name) + "|";
    out += pair.has_value ? std::string(pair.value) + "|" + std::string(pair.value_span.of(bytes)) : "-";
    EXPECT_TRUE(pair.span.contains(pair.name_span));
    out += pair.legacy ? "|legacy)" : ")";
  }
  return out;
}

TEST(Dockerfile, ReadsPairs) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {R"(ENV A=1 B="x y" C='$z' D=e\ f G=)", R"((A|1|1)(B|x y|"x y")(C|\$z|'$z')(D|e f|e\ f)(G||))"},
      {R"(ENV A="$B" C=\$d E="\$f" G="a\b\"c")", R"((A|$B|"$B")(C|\$d|\$d)(E|\$f|"\$f")(G|a\b"c|"a\b\"c"))"},
      {R"-(ENV A=${B:-"x y"} C=\\$D)-", R"-((A|${B:-"x y"}|${B:-"x y"})(C|\\$D|\\$D))-"},
      {"ENV A b  c=d", "(A|b  c=d|b  c=d|legacy)"},
      {"ENV A \"b c\"", "(A|b c|\"b c\"|legacy)"},
      {"ENV COLOR #fff", "(COLOR|#fff|#fff|legacy)"},
      {"ENV A=1 \\\n  B=2", "(A|1|1)(B|2|2)"},
      {"LABEL a.b=\"c\" \"d e\"=f", "(a.b|c|\"c\")(d e|f|f)"},
      {"LABEL a b", "(a|b|b|legacy)"},
      {"ARG A", "(A|-)"},
      {"ARG A B=c D=", "(A|-)(B|c|c)(D||)"},
      {"ARG A=a=b", "(A|a=b|a=b)"},
  };
  for (const auto& [text, want] : kCases) {
    Parsed parsed(text);
    std::string got = pairs(parsed.at(0), parsed.bytes);
    EXPECT_EQ(got, want) << text;
    EXPECT_THAT(messages(parsed), IsEmpty()) << text;
  }
}

TEST(Dockerfile, SingleValuedInstructionsTakeTheRestOfTheLine) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"USER app:grp", "app:grp"},       {"WORKDIR /My App", "/My App"},      {"WORKDIR \"/a b\"", "/a b"},
      {"STOPSIGNAL SIGQUIT", "SIGQUIT"}, {"MAINTAINER A 'B' #1", "A 'B' #1"}, {"USER ${U:-app}", "${U:-app}"},
  };
  for (const auto& [text, want] : kCases) {
    Parsed parsed(text);
    EXPECT_THAT(texts(parsed.at(0).words), ElementsAre(want)) << text;
    EXPECT_THAT(messages(parsed), IsEmpty()) << text;
  }
}

TEST(Dockerfile, BlanksSeparateWordsAndQuotesDoNotJoin) {
  Parsed parsed("EXPOSE 80 443/tcp \"8080\"\nVOLUME /a /b\nCOPY \"a\" 'b' c\\ d /e\n");
  EXPECT_THAT(texts(parsed.at(0).words), ElementsAre("80", "443/tcp", "8080"));
  EXPECT_THAT(written(parsed.at(0).words, parsed.bytes), ElementsAre("80", "443/tcp", "\"8080\""));
  EXPECT_TRUE(parsed.at(0).words[2].quoted);
  EXPECT_THAT(texts(parsed.at(1).words), ElementsAre("/a", "/b"));
  EXPECT_EQ(parsed.at(2).sources().size(), 4u);
}

TEST(Dockerfile, ReadsHereDocuments) {
  Parsed parsed(
      "RUN <<EOF\napt-get update\n# not a Dockerfile comment\napt-get install x\nEOF\n# comment\n"
      "COPY <<A <<-'B' --not-a-flag /d/\na $x\nA\n\tb\n\tB\n"
      "RUN cat <<EOF > /f && \\\n  c\nRUN x\nEOF\n"
      "RUN <<PY python3\nimport os\nPY\n"
      "RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n"
      "ONBUILD COPY <<E /f\nx\nE\n"
      "USER u\n"
      "RUN << EOF\na\nEOF\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  ASSERT_EQ(parsed->instructions.size(), 8u);
  EXPECT_THAT(commands(parsed.at(7)), ElementsAre("a"));
  const Instruction& script = parsed.at(0);
  EXPECT_THAT(commands(script), ElementsAre("apt-get update", "apt-get install x"));
  EXPECT_EQ(script.commands[1].span.of(parsed.bytes), "apt-get install x");
  EXPECT_EQ(script.text, "<<EOF");
  EXPECT_EQ(script.span.of(parsed.bytes).substr(script.span.size() - 4), "\nEOF");
  ASSERT_EQ(parsed->comments.size(), 1u);
  EXPECT_EQ(parsed->comments[0].text, "comment");

  const Instruction& copy = parsed.at(1);
  ASSERT_EQ(copy.heredocs.size(), 2u);
  EXPECT_EQ(copy.heredocs[0].delimiter, "A");
  EXPECT_EQ(copy.heredocs[0].body, "a $x\n");
  EXPECT_TRUE(copy.heredocs[0].expand);
  EXPECT_EQ(copy.heredocs[1].delimiter, "B");
  EXPECT_EQ(copy.heredocs[1].body, "\tb\n");
  EXPECT_EQ(copy.heredocs[1].span.of(parsed.bytes), "\tb\n");
  EXPECT_FALSE(copy.heredocs[1].expand);
  EXPECT_THAT(texts(copy.sources()), ElementsAre("<<A", "<<-B", "--not-a-flag"));

  EXPECT_THAT(commands(parsed.at(2)), ElementsAre("cat", "c"));
  EXPECT_EQ(parsed.at(2).commands[1].span.of(parsed.bytes), "c");
  EXPECT_EQ(parsed.at(2).text, "cat <<EOF > /f &&   c");
  EXPECT_THAT(commands(parsed.at(3)), ElementsAre("python3"));
  EXPECT_THAT(commands(parsed.at(4)), IsEmpty());
  EXPECT_EQ(parsed.at(5).heredocs[0].body, "x\n");
  EXPECT_EQ(parsed.at(6).keyword, Keyword::user);
}

TEST(Dockerfile, WhatOnlyLooksLikeAHereDocumentIsNone) {
  constexpr std::string_view kCases[] = {
      "RUN cat <<<EOF\nUSER u\n",     "RUN echo '<<EOF'\nUSER u\n",
      "RUN echo $((1<<2))\nUSER u\n", "RUN echo \\<<EOF\nUSER u\n",
      "CMD cat <<EOF\nUSER u\n",      "RUN [\"cat\", \"<<EOF\"]\nUSER u\n",
      "RUN a <<- EOF\nUSER u\n",      "RUN a <<EOF # don't\nUSER u\n",
      "RUN a ${b^^} <<EOF\nUSER u\n", "COPY [\"<<EOF\", \"/d\"]\nUSER u\n",
      "ENTRYPOINT a <<B\nUSER u\n",
  };
  for (std::string_view text : kCases) {
    Parsed parsed(text);
    ASSERT_EQ(parsed->instructions.size(), 2u) << text;
    EXPECT_EQ(parsed.at(1).keyword, Keyword::user) << text;
    EXPECT_THAT(parsed.at(0).heredocs, IsEmpty()) << text;
  }
}

TEST(Dockerfile, HealthchecksAreNoneOrACommand) {
  Parsed parsed(
      "HEALTHCHECK none\nHEALTHCHECK --interval=5s --retries=3 \\\n  CMD curl -f x || exit 1\nHEALTHCHECK --timeout=1s "
      "cmd [\"a\"]\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  EXPECT_TRUE(parsed.at(0).healthcheck_none);
  EXPECT_EQ(parsed.at(0).form, Form::none);
  EXPECT_EQ(parsed.at(1).flag("retries")->value, "3");
  EXPECT_EQ(parsed.at(1).text, "curl -f x || exit 1");
  EXPECT_THAT(commands(parsed.at(1)), ElementsAre("curl -f x", "exit 1"));
  EXPECT_EQ(parsed.at(2).form, Form::exec);
  EXPECT_FALSE(parsed.at(2).healthcheck_none);
}

TEST(Dockerfile, OnbuildShowsTheInnerInstruction) {
  Parsed parsed("FROM a\nONBUILD run --network=none a\nonbuild COPY . /app\nRUN b\nONBUILD RUN c\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  const Instruction& run = parsed.at(1);
  EXPECT_TRUE(run.onbuild);
  EXPECT_EQ(run.keyword, Keyword::run);
  EXPECT_EQ(run.keyword_span.of(parsed.bytes), "run");
  EXPECT_EQ(run.span.of(parsed.bytes), "ONBUILD run --network=none a");
  EXPECT_EQ(run.flag("network")->value, "none");
  EXPECT_EQ(run.text, "a");
  EXPECT_EQ(parsed.at(2).destination(), "/app");
  EXPECT_EQ(place_at(*parsed.file, run.span.begin), "stage[0].ONBUILD.RUN[0]");
  EXPECT_EQ(place_at(*parsed.file, parsed.at(3).span.begin), "stage[0].RUN[0]");
  EXPECT_EQ(place_at(*parsed.file, parsed.at(4).span.begin), "stage[0].ONBUILD.RUN[1]");
}

TEST(Dockerfile, StagesFindTheirParents) {
  Parsed parsed(
      "ARG BASE=Build\nFROM x AS build\nFROM BUILD AS b2\nFROM ${BASE}\nFROM 0\nFROM scratch\nFROM y AS build\nFROM "
      "build\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  std::vector<int> parents;
  for (const Stage& stage : parsed->stages) parents.push_back(stage.parent);
  EXPECT_THAT(parents, ElementsAre(-1, 0, 0, -1, -1, -1, 5));
  EXPECT_TRUE(parsed->stages[4].scratch);
  EXPECT_FALSE(parsed->stages[0].scratch);
  EXPECT_EQ(parsed->stages[1].name_span.of(parsed.bytes), "b2");
  EXPECT_EQ(parsed->find_stage("B2"), &parsed->stages[1]);
  EXPECT_EQ(parsed->find_stage("3"), &parsed->stages[3]);
  EXPECT_EQ(parsed->find_stage("build"), &parsed->stages[5]);
  EXPECT_EQ(parsed->find_stage("7"), nullptr);
  EXPECT_EQ(parsed->find_stage("99999999999999999999"), nullptr);
  EXPECT_EQ(parsed->find_stage("nginx"), nullptr);
  EXPECT_EQ(parsed->find_stage(""), nullptr);
}

TEST(Dockerfile, OnlyGlobalArgumentsReachFrom) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"ARG V=1\nFROM a:$V\n", "a:1"},
      {"ARG V=1\nARG W=${V}.2\nFROM a:${W}\n", "a:1.2"},
      {"ARG V=1\nARG V=2\nFROM a:$V\n", "a:2"},
      {"ARG V\nFROM a:$V\n", ""},
      {"ARG V\nFROM a:${V:-3}\n", "a:3"},
      {"ARG V=\nFROM a${V:+:}$V\n", "a"},
      {"FROM a:$V\n", ""},
      {"FROM \"a:1\"\n", "a:1"},
      {"ARG R=r.example/\nFROM ${R}a\n", "r.example/a"},
  };
  for (const auto& [text, want] : kCases) EXPECT_EQ(Parsed(text)->stages[0].image, want) << text;
  Parsed inner("FROM a\nARG V=1\nFROM b:$V\n");
  EXPECT_EQ(inner->stages[1].image, "");
}

TEST(Dockerfile, FragmentsWithoutFromAreStageZero) {
  Parsed parsed("ARG A=1\nRUN a\nUSER b\n");
  EXPECT_THAT(messages(parsed), IsEmpty());
  ASSERT_EQ(parsed->stages.size(), 1u);
  EXPECT_EQ(parsed->stages[0].instructions.size(), 3u);
  EXPECT_EQ(parsed.at(0).stage, 0);
  EXPECT_EQ(place_at(*parsed.file, parsed.at(2).span.begin), "stage[0].USER[0]");
}

TEST(Dockerfile, FilesWithoutInstructionsHaveNoStage) {
  for (std::string_view text : {"", "\n\n", "# only\n", "\xef\xbb\xbf", "# syntax=x", "  \t"}) {
    Parsed parsed(text);
    EXPECT_THAT(parsed->stages, IsEmpty()) << text;
    EXPECT_THAT(parsed->instructions, IsEmpty()) << text;
    EXPECT_EQ(parsed->final_stage(), nullptr);
    EXPECT_EQ(place_at(*parsed.file, 0), "");
  }
}

TEST(Dockerfile, ProblemsSayWhatIsWrongAndReadingGoesOn) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"FROM a # base\n", "# base: the text from # on is no comment but an argument of FROM"},
      {"FROM a AS b # base\n", "# base: the text from # on is no comment"},
      {"FROM a b\n", "b: FROM takes an image"},
      {"FROM a AS b c\n", "c: FROM takes an image"},
      {"FROM a AS\n", "AS: FROM takes an image"},
      {"FROM a AS 1b\n", "1b: a stage name starts with a letter"},
      {"FROM\n", "FROM: FROM requires at least one argument"},
      {"FROM a\nUSER app # not root\n", "# not root: the text from # on is no comment but an argument of USER"},
      {"WORKDIR /a #b\n", "#b: the text from # on is no comment"},
      {"EXPOSE 80 # web\n", "# web: the text from # on is no comment but an argument of EXPOSE"},
      {"COPY a b # c\n", "# c: the text from # on is no comment"},
      {"VOLUME /a # c\n", "# c: the text from # on is no comment"},
      {"ENV A=1 # one\n", "# one: the text from # on is no comment"},
      {"ENV A 1 # one\n", "# one: the text from # on is no comment"},
      {"ARG A=1 # one\n", "# one: the text from # on is no comment"},
      {"HEALTHCHECK NONE # off\n", "# off: HEALTHCHECK NONE takes no arguments"},
      {"HEALTHCHECK curl x\n", "curl x: HEALTHCHECK takes NONE"},
      {"HEALTHCHECK CMD\n", "HEALTHCHECK CMD: HEALTHCHECK CMD requires a command"},
      {"\\\n\n\\\nUSER", "USER: USER requires"},
      {"FO\\\nRM a\n", "FO\\\nRM: unknown instruction FORM"},
      {"FORM a\n", "FORM: unknown instruction FORM"},
      {"ONBUILD FORM a\n", "FORM: unknown instruction FORM"},
      {"USER\n", "USER: USER requires at least one argument"},
      {"COPY a <<E\nE\n", "<<E: COPY cannot write to a here-document"},
      {"ONBUILD\n", "ONBUILD: ONBUILD requires an instruction"},
      {"ONBUILD ONBUILD RUN a\n", "ONBUILD: ONBUILD is not allowed behind ONBUILD"},
      {"ONBUILD FROM a\n", "FROM: FROM is not allowed behind ONBUILD"},
      {"COPY a\n", "COPY a: COPY requires a source and a destination"},
      {"COPY --form=x a b\n", "--form=x: COPY has no flag --form"},
      {"USER --x a\n", "--x: USER has no flag --x"},
      {"ENV A\n", "A: ENV requires a name and a value"},
      {"ENV A=1 B\n", "B: ENV needs name=value here"},
      {"ENV =1\n", "=1: the name before = is empty"},
      {"ENV A=\"b\n", "\"b: a quote or ${ is not closed"},
      {"COPY \"a b\" c\n", "\"a: a quote or ${ is not closed"},
      {"FROM a:${V\n", "a:${V: a quote or ${ is not closed"},
      {"SHELL bash -c\n", "bash -c: SHELL requires a JSON array"},
      {"CMD [1, \"a\"]\n", "[1, \"a\"]: a JSON array of arguments may hold only strings"},
      {"RUN a <<EOF\nb\n", "<<EOF: the here-document has no closing line EOF"},
      {"RUN a\nFROM b\n", "RUN: only ARG may stand before the first FROM"},
      {"# escape=x\nFROM a\n", "# escape=x: the escape directive takes"},
      {"# escape=`\n# escape=`\nFROM a\n", "# escape=`: this parser directive may stand only once"},
  };
  for (const auto& [text, want] : kCases) {
    Parsed parsed(std::string(text) + "\nUSER after\n");
    std::vector<std::string> got = messages(parsed);
    ASSERT_FALSE(got.empty()) << text;
    EXPECT_THAT(got[0], ::testing::StartsWith(std::string(want))) << text;
    bool unclosed = text.find("<<EOF") != text.npos;
    if (!unclosed) {
      EXPECT_EQ(parsed->instructions.back().words[0].text, "after") << text;
    }
  }
}

TEST(Dockerfile, AContinuationToNothingIsAProblem) {
  EXPECT_THAT(messages(Parsed("FROM a\n\\")), ElementsAre("\\: this line continues to no instruction"));
}

TEST(Dockerfile, HashesThatAreNoTrailingCommentAreNoProblem) {
  for (std::string_view text : {"FROM a#b\n", "USER a#b\n", "RUN a # b\n", "CMD a # b\n", "ENV A=b#c\n", "ENV C #fff\n",
                                "LABEL a=\"b # c\"\n", "COPY a#b c\n", "MAINTAINER a # b\n"}) {
    EXPECT_THAT(messages(Parsed(text)), IsEmpty()) << text;
  }
}

TEST(Dockerfile, PlacesDoNotDependOnLines) {
  constexpr std::string_view kText =
      "ARG A=1\nFROM a AS Web\nRUN x\nENV B=1\nRUN y\nFROM b\nRUN z\nFROM c AS dup\nRUN z\nFROM c AS dup\nRUN z\n";
  Parsed parsed(kText);
  std::vector<std::string> places;
  for (const Instruction& in : parsed->instructions) places.push_back(place_at(*parsed.file, in.span.end - 1));
  EXPECT_THAT(places, ElementsAre("global.ARG[0]", "stage[web].FROM", "stage[web].RUN[0]", "stage[web].ENV[0]",
                                  "stage[web].RUN[1]", "stage[1].FROM", "stage[1].RUN[0]", "stage[2].FROM",
                                  "stage[2].RUN[0]", "stage[dup].FROM", "stage[dup].RUN[0]"));
  Parsed moved("\n# c\n\n" + std::string(kText.substr(0, 22)) + "\n\n" + std::string(kText.substr(22)));
  std::vector<std::string> again;
  for (const Instruction& in : moved->instructions) again.push_back(place_at(*moved.file, in.span.begin));
  EXPECT_EQ(again, places);
  EXPECT_EQ(place_at(*moved.file, 1), "");
}

struct Variables {
  std::vector<std::pair<std::string_view, std::string_view>> values;
  static const std::string_view* find(std::string_view name, const void* state) {
    for (const auto& [key, value] : static_cast<const Variables*>(state)->values)
      if (key == name) return &value;
    return nullptr;
  }
};

TEST(Dockerfile, ExpandsVariables) {
  const Variables variables{{{"A", "1"}, {"B_2", "two"}, {"E", ""}}};
  struct {
    std::string_view text, want;
    bool complete = true;
  } cases[] = {
      {"plain", "plain"},
      {"$A-${B_2}", "1-two"},
      {"$A.b$", "1.b$"},
      {"\\$A \\\\$A \\x", "$A \\1 \\x"},
      {"${X:-d} ${E:-d} ${E-d}", "d d "},
      {"${A:+y}${E:+n}${E+y}${X+n}", "yy"},
      {"${X:-${A}${Y:-\"q\"}}", "1q"},
      {"${A:-$X}", "1"},
      {"${A:?must}", "1"},
      {"${X:-a\\}b}", "a}b"},
      {"$X", "", false},
      {"a${X}", "", false},
      {"${X:?must}", "", false},
      {"${A", "", false},
      {"${}", "", false},
      {"${A#1}", "", false},
      {"${A:-x", "", false},
      {"${X:-$X}", "", false},
  };
  for (const auto& c : cases) {
    Arena arena;
    Expansion got = expand(c.text, '\\', Variables::find, &variables, arena);
    EXPECT_EQ(got.text, c.want) << c.text;
    EXPECT_EQ(got.complete, c.complete) << c.text;
  }
  Arena arena;
  EXPECT_EQ(expand("C:\\$A`$A", '`', Variables::find, &variables, arena).text, "C:\\1$A");
}

std::string repeated(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(Dockerfile, LongFilesStayWithinTheBudgetAndEndSoon) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"RUN a", " \\\n && b"},
      {"RUN a \\\n", "# comment\n"},
      {"RUN a \\\n", "\n"},
      {"ENV ", "A=$B \\\n"},
      {"COPY ", "<<A "},
      {"RUN x", " <<A <<A"},
      {"CMD [\"a\"", ",\n \\\n"},
      {"CMD [", "\"a\",\\\n"},
      {"USER ", "# "},
      {"ENV A=", "${"},
      {"FROM ", "${A:-"},
      {"ENV A=\"", "\\$"},
      {"", "FROM a AS b\n"},
      {"", "ARG A=$A$A\n"},
      {"", "FROM a:$A AS $A\n"},
      {"", "# comment\n"},
      {"", "# escape=`\n"},
      {"CMD [\"sh\",\"-c\",\"", "\\n\\\"a"},
      {"", "RUN a <<A\nA\n"},
      {"RUN <<A\n", "a\n"},
      {"ONBUILD ", "ONBUILD "},
  };
  for (const auto& [start, piece] : kCases) {
    std::string text = std::string(start) + repeated(piece, 150'000 / piece.size());
    Arena arena;
    Result<const File*> result = parse(text, arena);
    EXPECT_TRUE(result || result.error().code == Errc::over_budget) << start << piece;
    EXPECT_LT(arena.allocated(), size_t{100} << 20) << start << piece;
  }
}

TEST(Dockerfile, DoublingArgumentsDoNotExplode) {
  std::string text = "ARG A=xxxxxxxx\n" + repeated("ARG A=$A$A\n", 64) + "FROM $A\n";
  Parsed parsed(text);
  EXPECT_EQ(parsed->stages[0].image, "");
}

TEST(Dockerfile, OverBudgetIsAnError) {
  Arena arena;
  EXPECT_EQ(parse("FROM a\n", arena, {.bytes = 3}).error().code, Errc::over_budget);
  EXPECT_EQ(parse("FROM a\nUSER b\n", arena, {.instructions = 1}).error().code, Errc::over_budget);
  EXPECT_EQ(parse("FROM a\nRUN a;b;c\n", arena, {.commands = 3}).error().code, Errc::over_budget);
  EXPECT_TRUE(parse("FROM a\nRUN a;b;c\n", arena, {.bytes = 100, .instructions = 2, .commands = 4}));
}

}  // namespace
}  // namespace drydock::dockerfile
