#include "formats/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace drydock::shell {
namespace {

using ::testing::ElementsAre;

// One line per command: its depth as dots, `$` for a substitution, assignments, words, redirections, and the joint.
std::vector<std::string> lines(std::string_view text) {
  Arena arena;
  std::vector<std::string> out;
  for (const Command& command : split(text, arena)) {
    std::string line(command.depth, '.');
    if (command.substitution) line += '$';
    auto add = [&](std::string_view piece) {
      if (!line.empty() && line.back() != '.' && line.back() != '$') line += ' ';
      line += piece;
    };
    for (const Word& word : command.assignments) add(word.text);
    for (const Word& word : command.words) add("[" + std::string(word.text) + "]");
    for (const Redirection& redirection : command.redirections) {
      std::string fd = redirection.fd < 0 ? "" : std::to_string(redirection.fd);
      add(fd + std::string(redirection.op) + std::string(redirection.target.text));
    }
    constexpr std::string_view kJoints[] = {"", " &&", " ||", " ;", " |", " &"};
    line += kJoints[static_cast<size_t>(command.joint)];
    out.push_back(line);
  }
  return out;
}

struct Case {
  std::string_view text;
  std::vector<std::string> want;
};

TEST(Shell, SplitsListsIntoCommands) {
  const Case cases[] = {
      {"", {}},
      {" \t\n ; \n", {}},
      {"a", {"[a]"}},
      {"a b  c", {"[a] [b] [c]"}},
      {"a && b || c; d", {"[a] &&", "[b] ||", "[c] ;", "[d]"}},
      {"a | b |& c &", {"[a] |", "[b] |", "[c] &"}},
      {"a\nb\n", {"[a] ;", "[b]"}},
      {"a;", {"[a]"}},
      {"a &&\n b", {"[a] &&", "[b]"}},
      {"a && \\\n  b \\\r\n c", {"[a] &&", "[b] [c]"}},
      {"ab\\\ncd", {"[abcd]"}},
      {"a # b | c\nd", {"[a] ;", "[d]"}},
      {"a#b '#c' \\#d", {"[a#b] [#c] [#d]"}},
      {"a&b", {"[a] &", "[b]"}},
      {"X=1 Y='2 3' a Z=4", {"X=1 Y=2 3 [a] [Z=4]"}},
      {"X=1", {"X=1"}},
      {"A+=1 B[0]=2 3C=4", {"A+=1 B[0]=2 [3C=4]"}},
      {"ARR=(a $(b) 'c)') d", {"ARR=(a $(b) 'c)') [d]", ".$[b]"}},
      {"! a", {"[a]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, RemovesQuotesAndEscapes) {
  const Case cases[] = {
      {R"(a 'b c' "d e" f\ g)", {"[a] [b c] [d e] [f g]"}},
      {R"(a "b\"c\$d\\e\f" 'g\h')", {R"([a] [b"c$d\e\f] [g\h])"}},
      {R"(a "" '')", {"[a] [] []"}},
      {R"(a b'c'"d"e)", {"[a] [bcde]"}},
      {R"(a $'x\ty\'z' "$V" ${V:-"a b"} $(c 'd'))", {R"([a] [x	y'z] [$V] [${V:-"a b"}] [$(c 'd')])", ".$[c] [d]"}},
      {R"(a 'unclosed)", {"[a] [unclosed]"}},
      {R"(a "unclosed)", {"[a] [unclosed]"}},
      {"a \\", {"[a] [\\]"}},
      {"a \"b\\\nc\"", {"[a] [bc]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, SaysWhatIsQuotedAndWhatExpands) {
  Arena arena;
  std::span<const Command> commands = split(R"(a $B '$C' "$D" \$E `f` ${G} x$)", arena);
  std::span<const Word> words = commands[0].words;
  ASSERT_EQ(words.size(), 8u);
  std::string quoted, expands;
  for (const Word& word : words) {
    quoted += word.quoted ? 'q' : '-';
    expands += word.expands ? 'x' : '-';
  }
  EXPECT_EQ(quoted, "--qq----");
  EXPECT_EQ(expands, "-x-x-xx-");
}

TEST(Shell, ReadsRedirections) {
  const Case cases[] = {
      {"a >b 2>&1 <c", {"[a] >b 2>&1 <c"}},
      {"a > 'b c' >>d &>e &>>f", {"[a] >b c >>d &>e &>>f"}},
      {"a 2 >b", {"[a] [2] >b"}},
      {"a <<<'x y' 2>/dev/null | b", {"[a] <<<x y 2>/dev/null |", "[b]"}},
      {"> /dev/null", {">/dev/null"}},
      {">x a b", {"[a] [b] >x"}},
      {"a >| b <> c >&-", {"[a] >|b <>c >&-"}},
      {"a >", {"[a] >"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, OpensGroupsAndCompoundCommands) {
  const Case cases[] = {
      {"(a; b) | c", {".[a] ;", ".[b] |", "[c]"}},
      {"{ a; b; } | c", {"[a] ;", "[b] |", "[c]"}},
      {"if a; then b; else c; fi && d", {"[a] ;", "[b] ;", "[c] &&", "[d]"}},
      {"for x in 1 2 $(s); do a $x; done | b", {"[a] [$x] |", "[b]", ".$[s]"}},
      {"for ((i=0;i<3;i++)); do a; done", {"[a]"}},
      {"while read l; do a; done < <(b) | c", {"[read] [l] ;", "[a] |", "[c]", ".$[b]"}},
      {"until a\ndo\nb\ndone", {"[a] ;", "[b]"}},
      {"case $(u) in x|y) a ;; (*) b;; esac; c", {"[a] ;", "[b] ;", "[c]", ".$[u]"}},
      {"case $x in\n a) case $y in b) c;; esac;;\n d) e\nesac", {"[c] ;", "[e]"}},
      {"case x in a) ;; esac", {}},
      {"f() { a; }; f", {"[a] ;", "[f]"}},
      {"function f { a; }", {"[a]"}},
      {"[[ -n $x && ( $y < z ) ]] && a", {"[[[] [-n] [$x] [&&] [(] [$y] [<] [z] [)] []]] &&", "[a]"}},
      {"[ -f x ] || a", {"[[] [-f] [x] []] ||", "[a]"}},
      {"((x = 1 + (2))) && a", {"[a]"}},
      {"echo if then done", {"[echo] [if] [then] [done]"}},
      {"rm !(keep|this) && a", {"[rm] [!] &&", "[a]"}},
      {"a )) b", {"[a]", "[b]"}},
      {"fi; done; }; esac", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, ListsSubstitutionsBehindTheListThatHoldsThem) {
  const Case cases[] = {
      {"a $(b | c) | d", {"[a] [$(b | c)] |", "[d]", ".$[b] |", ".$[c]"}},
      {"a \"x $(b \"$(c)\") y\"", {"[a] [x $(b \"$(c)\") y]", ".$[b] [$(c)]", "..$[c]"}},
      {"a `b c`", {"[a] [`b c`]", ".$[b] [c]"}},
      {R"(a `b \`c\`` )", {R"([a] [`b \`c\``])", ".$[b] [`c`]", "..$[c]"}},
      {"a $((1 + $(b) * 2)) ${V:-$(c)}", {"[a] [$((1 + $(b) * 2))] [${V:-$(c)}]", ".$[b]", ".$[c]"}},
      {"a '$(b)' \\$(c)", {"[a] [$(b)] [$]"}},
      {"diff <(a) >(b)", {"[diff] [<(a)] [>(b)]", ".$[a]", ".$[b]"}},
      {"X=$(a) b", {"X=$(a) [b]", ".$[a]"}},
      {"a $(case x in y) b;; esac) c", {"[a] [$(case x in y) b;; esac)] [c]", ".$[b]"}},
      {"a $(b # )\n) c", {"[a] [$(b # )\n)] [c]", ".$[b]"}},
      {"a $(b", {"[a] [$(b]", ".$[b]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, OpensInlineScripts) {
  const Case cases[] = {
      {"sh -c 'a | b' x", {"[sh] [-c] [a | b] [x]", ".[a] |", ".[b]"}},
      {R"(sudo -u w /bin/bash -euo pipefail -c "a \"$X\" && b")",
       {R"([sudo] [-u] [w] [/bin/bash] [-euo] [pipefail] [-c] [a "$X" && b])", ".[a] [$X] &&", ".[b]"}},
      {"su - user -c 'a'", {"[su] [-] [user] [-c] [a]", ".[a]"}},
      {R"(sh -c "bash -c 'a \"b c\"'")",
       {R"([sh] [-c] [bash -c 'a "b c"'])", R"(.[bash] [-c] [a "b c"])", "..[a] [b c]"}},
      // The outer shell runs the substitution: it is listed once.
      {R"-(sh -c "$(curl u)")-", {"[sh] [-c] [$(curl u)]", ".$[curl] [u]", ".[$(curl u)]"}},
      {R"-(sh -c "a \$(b)")-", {"[sh] [-c] [a $(b)]", ".[a] [$(b)]", "..$[b]"}},
      {"sh script -c x", {"[sh] [script] [-c] [x]"}},
      {"echo sh -c x", {"[echo] [sh] [-c] [x]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

TEST(Shell, ReadsHereDocuments) {
  const Case cases[] = {
      {"cat <<EOF > f && b\nx | y $(c)\nEOF\nd", {"[cat] <<EOF >f &&", "[b] ;", "[d]", ".$[c]"}},
      {"cat <<'EOF'\n$(c)\nEOF\nd", {"[cat] <<EOF ;", "[d]"}},
      {"cat <<-EOF\n\tx\n\tEOF\nd", {"[cat] <<-EOF ;", "[d]"}},
      {"a <<A <<B\n1\nA\n2\nB\nc", {"[a] <<A <<B ;", "[c]"}},
      {"bash <<EOF\na\nb | c\nEOF\nd", {"[bash] <<EOF ;", "[d]", ".[a] ;", ".[b] |", ".[c]"}},
      {"cat <<EOF | sh -s -- x\na\nEOF\n", {"[cat] <<EOF |", "[sh] [-s] [--] [x]", ".[a]"}},
      {"python3 <<EOF\nimport os\nEOF\nb", {"[python3] <<EOF ;", "[b]"}},
      {"while a; do b; done <<EOF | bash\nx\nEOF\n", {"[a] ;", "[b] |", "[bash]"}},
      {"(cat <<EOF)\nx\nEOF\nb", {".[cat] <<EOF ;", "[b]"}},
      {"a <<EOF\nnever closed", {"[a] <<EOF"}},
      {"a <<EOF\r\nx\r\nEOF\r\nb\r\n", {"[a] <<EOF ;", "[b]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(lines(c.text), c.want) << c.text;
}

// Inside an escaped script a first character stands behind its own backslash.
TEST(Shell, SpansAreTheWrittenBytesAtEveryDepth) {
  constexpr std::string_view kText =
      "X='1 2' a \"b c\" 2>'d e' && \\\n sh -c \"f \\\"g h\\\" \\$(i 'j k')\" | `l \\`m n\\``";
  Arena arena;
  std::vector<std::string> spans;
  for (const Command& command : split(kText, arena)) {
    for (const Word& word : command.words) spans.emplace_back(word.span.of(kText));
    for (const Word& word : command.assignments) spans.emplace_back(word.span.of(kText));
    for (const Redirection& redirection : command.redirections) spans.emplace_back(redirection.target.span.of(kText));
  }
  EXPECT_THAT(spans, ElementsAre("a", "\"b c\"", "X='1 2'", "'d e'",            //
                                 "sh", "-c", "\"f \\\"g h\\\" \\$(i 'j k')\"",  //
                                 "`l \\`m n\\``",                               //
                                 "f", "\"g h\\\"", "$(i 'j k')",                //
                                 "i", "'j k'",                                  //
                                 "l", "`m n\\`", "m", "n"));
}

TEST(Shell, SpansMoveByTheOffsetAndFollowTheMap) {
  Arena arena;
  std::span<const Command> moved = split("a bc", arena, 10);
  EXPECT_EQ(moved[0].words[1].span, (Span{12, 14}));
  // "ab|cd" written as "ab\\\n  cd".
  constexpr Piece kMap[] = {{0, 0}, {2, 6}};
  std::span<const Command> mapped = split("abcd", arena, kMap);
  EXPECT_EQ(mapped[0].words[0].span, (Span{0, 8}));
  EXPECT_EQ(source_span(kMap, 1, 2), (Span{1, 2}));
  EXPECT_EQ(source_span(kMap, 2, 2), (Span{6, 6}));
}

TEST(Shell, ProgramLooksBehindWrappers) {
  constexpr std::pair<std::string_view, std::string_view> kCases[] = {
      {"/usr/bin/curl x", "curl"},
      {"sudo -E -u www curl x", "curl"},
      {"sudo A=b curl", "curl"},
      {"env -i A=b B=c nice -n 10 curl x", "curl"},
      {"exec busybox wget x", "wget"},
      {"timeout -k 5 30 curl", "curl"},
      {"gosu app gunicorn", "gunicorn"},
      {"tini -- node x", "node"},
      {"sudo -- curl", "curl"},
      {"command -v curl", "command"},
      {"command curl", "curl"},
      {"exec", "exec"},
      {"sudo -i", "sudo"},
      {"A=b", ""},
      {"'/opt/my tool/run' x", "run"},
  };
  for (const auto& [text, want] : kCases) {
    Arena arena;
    std::span<const Command> commands = split(text, arena);
    ASSERT_EQ(commands.size(), 1u) << text;
    EXPECT_EQ(commands[0].program(), want) << text;
  }
}

TEST(Shell, FindsFlagsLongShortAndBundled) {
  Arena arena;
  const Command& command =
      split("sudo -H apt-get install -yqq --no-install-recommends --opt=v x -- -z --late", arena)[0];
  EXPECT_TRUE(command.has_flag("--yes", 'y'));
  EXPECT_TRUE(command.has_flag("", 'q'));
  EXPECT_TRUE(command.has_flag("no-install-recommends"));
  EXPECT_TRUE(command.has_flag("--opt"));
  EXPECT_FALSE(command.has_flag("--op"));
  EXPECT_FALSE(command.has_flag("--sudo-only", 'H'));
  EXPECT_FALSE(command.has_flag("--late", 'z'));
  EXPECT_EQ(command.arguments().size(), 8u);
}

std::string repeated(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(Shell, DeepAndLongHostileTextEndsSoon) {
  constexpr std::string_view kPieces[] = {
      "$(",
      "(",
      "((",
      "{ ",
      "${a:-",
      "$((",
      "`",
      "`#",
      "'",
      "\"",
      "\"$(",
      "sh -c \"",
      "<(",
      "a=(",
      "case x in ",
      "<<A ",
      "done <<A ",
      "[[ ",
      "a;",
      "a|",
      "sudo ",
      "$(`",
      "${a:-$((",
      "\\`",
      ">a",
      "bash <<A\n",
      "for x ",
      "sh -c '",
      "\\",
      "a\\\n",
      "$'",
      "function f ",
      "`$(",
      "sh -c \"$(",
      "cat <<A|bash\n",
      "eval `sh -c \"",
      "& ",
      ")",
      "} ",
      "if ",
  };
  for (std::string_view piece : kPieces) {
    Arena arena;
    std::string text = repeated(piece, 300'000 / piece.size());
    EXPECT_LE(split(text, arena).size(), kMaxCommands) << piece;
  }
}

TEST(Shell, CountsNestingOnlyToItsLimit) {
  Arena arena;
  std::string text = repeated("$(a ", 100) + repeated(")", 100) + " b";
  std::span<const Command> commands = split(text, arena);
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(commands[0].words.back().text, "b");
  EXPECT_EQ(commands.back().depth, 32);
}

}  // namespace
}  // namespace drydock::shell
