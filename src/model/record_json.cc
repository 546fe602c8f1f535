#include "model/record_json.h"

#include <charconv>
#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

#include "base/arena.h"
#include "base/text.h"
#include "formats/json.h"

namespace drydock {
namespace {

// Every struct is described once, by describe(archive, value), for both directions: what is written is what is read.

std::string_view name_of(Exposure exposure) {
  constexpr std::string_view kNames[] = {"internal", "loopback", "published"};
  return kNames[static_cast<size_t>(exposure)];
}
std::string_view name_of(PackageSource source) { return source == PackageSource::installed ? "installed" : "manifest"; }
std::string_view name_of(Ecosystem ecosystem) { return row_of(ecosystem).purl_type; }

using drydock::name_of;

template <class E>
constexpr E kLast = E{};
template <>
constexpr Severity kLast<Severity> = Severity::critical;
template <>
constexpr SubjectKind kLast<SubjectKind> = SubjectKind::ledger;
template <>
constexpr Exposure kLast<Exposure> = Exposure::published;
template <>
constexpr Role kLast<Role> = Role::queue;
template <>
constexpr PackageSource kLast<PackageSource> = PackageSource::manifest;
template <>
constexpr Ecosystem kLast<Ecosystem> = Ecosystem::go;
template <>
constexpr Outcome kLast<Outcome> = Outcome::known;
template <>
constexpr Verdict kLast<Verdict> = Verdict::not_applicable;
template <>
constexpr EvidenceInput kLast<EvidenceInput> = EvidenceInput::person;
template <>
constexpr FindingKind kLast<FindingKind> = FindingKind::licence;

template <class T>
concept Described = std::is_class_v<T> && !std::is_same_v<T, std::string_view>;

class Encoder {
 public:
  static constexpr bool kDecoding = false;
  explicit Encoder(json::Writer& out) : out_(out) {}

  void field(std::string_view name, const std::string_view& value) { out_.member(name, value); }
  void field(std::string_view name, const Time& value) { out_.member(name, format_time(value)); }
  void field(std::string_view name, const bool& value, bool fallback = false) {
    if (value != fallback) out_.key(name).boolean(value);
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void field(std::string_view name, const T& value, T fallback = T{}) {
    if (value == fallback) return;
    out_.key(name);
    if constexpr (std::is_floating_point_v<T>) {
      out_.real(value);
    } else if constexpr (std::is_signed_v<T>) {
      out_.integer(value);
    } else {
      out_.unsigned_integer(value);
    }
  }
  template <class E>
    requires std::is_enum_v<E>
  void field(std::string_view name, const E& value) {
    out_.key(name).string(name_of(value));
  }
  template <class List>
  void list(std::string_view name, const List& items) {
    if (items.empty()) return;
    out_.key(name).begin_array();
    for (const auto& item : items) element(item);
    out_.end_array();
  }
  template <Described T>
  void object(std::string_view name, const T& value) {
    if constexpr (std::equality_comparable<T>) {
      if (value == T{}) return;
    }
    out_.key(name).begin_object();
    describe(*this, const_cast<T&>(value));
    out_.end_object();
  }
  bool has(std::string_view) const { return true; }

 private:
  void element(const std::string_view& text) { out_.string(text); }
  template <Described T>
  void element(const T& value) {
    out_.begin_object();
    describe(*this, const_cast<T&>(value));
    out_.end_object();
  }
  json::Writer& out_;
};

// Wrong types and unknown names are read as the default: a record is data of ours, and its reader must never fail
// half-way.
class Decoder {
 public:
  static constexpr bool kDecoding = true;
  Decoder(const tree::Node& node, Arena& arena) : node_(node), arena_(arena) {}

  void field(std::string_view name, std::string_view& value) { value = node_.string_at(name); }
  void field(std::string_view name, Time& value) {
    if (Result<Time> time = parse_time(node_.string_at(name))) value = *time;
  }
  void field(std::string_view name, bool& value, bool fallback = false) {
    const tree::Node* node = node_.find(name);
    value = node == nullptr ? fallback : node->is_true();
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void field(std::string_view name, T& value, T fallback = T{}) {
    std::string_view text = node_.string_at(name);
    value = fallback;
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  template <class E>
    requires std::is_enum_v<E>
  void field(std::string_view name, E& value) {
    std::string_view text = node_.string_at(name);
    for (int i = 0; i <= static_cast<int>(kLast<E>); ++i)
      if (name_of(static_cast<E>(i)) == text) value = static_cast<E>(i);
  }
  template <class T>
  void list(std::string_view name, std::vector<T>& items) {
    for (const tree::Node* item : children(name)) element(*item, items.emplace_back());
  }
  template <class T>
  void list(std::string_view name, std::span<const T>& items) {
    ArenaList<T> read(arena_);
    for (const tree::Node* item : children(name)) element(*item, read.push(T{}));
    items = read.span();
  }
  template <Described T>
  void object(std::string_view name, T& value) {
    if (const tree::Node* node = node_.find(name)) element(*node, value);
  }
  bool has(std::string_view name) const { return node_.find(name) != nullptr; }

 private:
  std::span<const tree::Node* const> children(std::string_view name) const {
    const tree::Node* node = node_.find(name);
    return node == nullptr ? std::span<const tree::Node* const>{} : node->items;
  }
  void element(const tree::Node& node, std::string_view& text) { text = node.text; }
  template <Described T>
  void element(const tree::Node& node, T& value) {
    Decoder inner(node, arena_);
    describe(inner, value);
  }
  const tree::Node& node_;
  Arena& arena_;
};

template <class A>
void describe(A& a, Subject& s) {
  a.field("kind", s.kind);
  a.field("id", s.id);
  a.field("version", s.version);
}

template <class A>
void describe(A& a, Location& at) {
  a.field("path", at.path);
  a.field("layer", at.layer);
  a.field("line", at.line);
  a.field("column", at.column);
  a.field("begin", at.span.begin);
  a.field("end", at.span.end);
}

template <class A>
void describe(A& a, Edit& edit) {
  a.field("path", edit.path);
  a.field("begin", edit.span.begin);
  a.field("end", edit.span.end);
  a.field("text", edit.text);
}

template <class A>
void describe(A& a, InlineIgnore& ignore) {
  a.field("tool", ignore.tool);
  a.field("id", ignore.id);
  a.field("reason", ignore.reason);
  a.field("line", ignore.line);
}

template <class A>
void describe(A& a, MisconfigurationDetail& d) {
  a.list("edits", d.edits);
  a.field("changes_behaviour", d.changes_behaviour);
}

template <class A>
void describe(A& a, VulnerabilityDetail& d) {
  a.field("id", d.id);
  a.list("aliases", d.aliases);
  a.field("advisory", d.advisory);
  a.field("package", d.package);
  a.field("fixed_version", d.fixed_version);
  a.field("upgrade", d.upgrade);
  a.field("score", d.score);
  a.field("vector", d.vector);
  a.field("reference", d.reference);
}

template <class A>
void describe(A& a, SecretDetail& d) {
  a.field("rule", d.rule);
  a.field("masked", d.masked);
  a.field("hash", d.hash);
  a.field("deleted_above", d.deleted_above);
}

template <class A>
void describe(A& a, LicenceDetail& d) {
  a.field("expression", d.expression);
  a.field("package", d.package);
}

template <class A>
void describe(A& a, Finding& f) {
  FindingKind kind = f.kind();
  a.field("kind", kind);
  a.field("check", f.check);
  a.field("severity", f.severity);
  a.field("message", f.message);
  a.object("subject", f.subject);
  a.field("item", f.item);
  a.field("place", f.place);
  a.field("snippet", f.snippet);
  a.list("locations", f.locations);
  a.list("services", f.services);
  a.list("ignores", f.ignores);
  a.field("fingerprint", f.fingerprint);
  if constexpr (A::kDecoding) {
    if (kind == FindingKind::vulnerability) f.detail = VulnerabilityDetail{};
    if (kind == FindingKind::secret) f.detail = SecretDetail{};
    if (kind == FindingKind::licence) f.detail = LicenceDetail{};
  }
  std::visit([&](auto& detail) { a.object(name_of(kind), detail); }, f.detail);
}

template <class A>
void describe(A& a, Examined& e) {
  a.list("checks", e.checks);
  a.list("subjects", e.subjects);
}

template <class A>
void describe(A& a, Unknown& u) {
  a.field("check", u.check);
  a.object("subject", u.subject);
  a.object("at", u.at);
  a.field("reason", u.reason);
}

template <class A>
void describe(A& a, NotApplicable& n) {
  a.field("check", n.check);
  a.object("subject", n.subject);
  a.field("reason", n.reason);
}

template <class A>
void describe(A& a, Package& p) {
  a.field("ecosystem", p.ecosystem);
  a.field("name", p.name);
  a.field("version", p.version);
  if constexpr (!A::kDecoding) {
    std::string purl = to_string(purl_of(p));
    a.field("purl", std::string_view(purl));
  }
  a.field("architecture", p.architecture);
  a.field("source_name", p.source_name);
  a.field("source_version", p.source_version);
  a.field("release", p.release);
  a.field("licence", p.licence);
  a.field("constraint", p.constraint);
  a.object("at", p.at);
  a.field("source", p.source);
  a.field("development", p.development);
}

template <class A>
void describe(A& a, Port& p) {
  a.field("written", p.written);
  a.field("host_ip", p.host_ip);
  a.field("host_first", p.host_first);
  a.field("host_last", p.host_last);
  a.field("container_first", p.container_first);
  a.field("container_last", p.container_last);
  a.field("protocol", p.protocol);
}

// A Sourced text by its value alone; what it came from is not part of the summary.
template <class A>
void text_field(A& a, std::string_view name, Text& text) {
  a.field(name, text.value);
  if constexpr (A::kDecoding) text.origin = text.value.empty() ? Origin::unset : Origin::compose;
}

template <class A>
void describe(A& a, Service& s) {
  a.field("name", s.name);
  a.object("at", s.at);
  text_field(a, "image", s.image);
  text_field(a, "build_context", s.build.context);
  text_field(a, "dockerfile", s.build.dockerfile);
  text_field(a, "target", s.build.target);
  a.field("exposure", s.exposure);
  a.field("role", s.role);
  a.field("active", s.active, true);
  text_field(a, "user", s.container.user);
  a.list("ports", s.container.ports);
}

template <class A>
void describe(A& a, Stack& s) {
  a.field("project", s.project);
  a.field("directory", s.directory);
  a.list("files", s.files);
  a.list("services", s.services);
}

template <class A>
void describe(A& a, CheckSummary& c) {
  a.field("id", c.id);
  a.field("name", c.name);
  a.field("title", c.title);
  a.field("advice", c.advice);
  a.field("severity", c.severity);
  a.list("aliases", c.aliases);
  a.list("references", c.references);
}

template <class A>
void describe(A& a, ImageLayer& l) {
  a.field("diff_id", l.diff_id);
  a.field("digest", l.digest);
  a.field("created_by", l.created_by);
  a.field("stored_bytes", l.stored_bytes);
  a.field("bytes", l.bytes);
}

template <class A>
void describe(A& a, ImageSummary& i) {
  a.field("name", i.name);
  a.field("digest", i.digest);
  a.field("os", i.os);
  a.list("layers", i.layers);
}

template <class A>
void describe(A& a, AdvisoryDatabase& d) {
  a.field("kind", d.kind);
  a.field("source", d.source);
  a.field("built", d.built);
  a.field("newest", d.newest);
  a.field("advisories", d.advisories);
}

template <class A>
void describe(A& a, Counts& c) {
  a.field("files", c.files);
  a.field("bytes", c.bytes);
  a.field("layers", c.layers);
  a.field("skipped", c.skipped);
}

template <class A>
void describe(A& a, Decision& d) {
  a.field("outcome", d.outcome);
  a.field("reason", d.reason);
  a.field("source", d.source);
  a.field("owner", d.owner);
  a.field("expires", d.expires);
}

template <class A>
void describe(A& a, Evidence& e) {
  a.field("input", e.input);
  a.field("says", e.says);
  a.field("check", e.check);
  a.object("subject", e.subject);
  a.object("at", e.at);
  a.field("text", e.text);
  a.field("finding", e.finding, UINT32_MAX);
}

template <class A>
void describe(A& a, ControlResult& c) {
  a.field("control", c.control);
  a.field("title", c.title);
  a.field("section", c.section);
  a.field("severity", c.severity);
  a.field("verdict", c.verdict);
  a.list("evidence", c.evidence);
}

template <class A>
void describe(A& a, ScanRecord& r) {
  a.field("tool_version", r.tool_version);
  a.field("started", r.started);
  a.field("elapsed_milliseconds", r.elapsed_milliseconds);
  a.object("target", r.target);
  a.field("target_path", r.target_path);
  a.object("advisories", r.advisories);
  a.object("counts", r.counts);
  a.list("stacks", r.stacks);
  a.list("images", r.images);
  a.list("packages", r.packages);
  a.list("findings", r.findings);
  a.list("decisions", r.decisions);
  a.list("checks", r.checks);
  a.list("unknowns", r.unknowns);
  a.list("not_applicable", r.not_applicable);
  a.list("examined", r.examined);
  a.list("controls", r.controls);
}

// A decoded record's strings point into this.
struct Blob {
  std::string bytes;
  Arena arena;
};

}  // namespace

std::string encode_record(const ScanRecord& record, bool indent) {
  json::Writer out(indent);
  out.begin_object();
  out.key("schema").integer(kScanRecordSchema);
  Encoder encoder(out);
  describe(encoder, const_cast<ScanRecord&>(record));  // the encoder only reads
  out.end_object();
  return out.take();
}

Result<ScanRecord> decode_record(std::string_view text) {
  auto blob = std::make_shared<Blob>(Blob{.bytes = std::string(text), .arena = {}});
  TRY(const tree::Node* root, json::parse(blob->bytes, blob->arena));
  std::string_view schema = root->string_at("schema");
  if (schema != std::to_string(kScanRecordSchema)) {
    return fail(Errc::unsupported, schema.empty() ? std::string("this is no scan record: it has no \"schema\"")
                                                  : "the scan record has schema " + printable(schema) +
                                                        ", this drydock reads " + std::to_string(kScanRecordSchema));
  }
  ScanRecord record;
  Decoder decoder(*root, blob->arena);
  describe(decoder, record);
  // What refers by index must stay in range whatever the text says.
  for (const Finding& finding : record.findings) {
    const auto* vulnerability = std::get_if<VulnerabilityDetail>(&finding.detail);
    const auto* licence = std::get_if<LicenceDetail>(&finding.detail);
    if (vulnerability == nullptr && licence == nullptr) continue;
    uint32_t package = vulnerability != nullptr ? vulnerability->package : licence->package;
    if (package >= record.packages.size())
      return fail(Errc::malformed, "a finding names package " + std::to_string(package) + ", which the record lacks");
  }
  for (const ControlResult& control : record.controls) {
    for (const Evidence& evidence : control.evidence)
      if (evidence.finding != UINT32_MAX && evidence.finding >= record.findings.size())
        return fail(Errc::malformed, "control " + printable(control.control) + " names finding " +
                                         std::to_string(evidence.finding) + ", which the record lacks");
  }
  if (!record.decisions.empty() && record.decisions.size() != record.findings.size())
    return fail(Errc::malformed, "the record has not one decision for each finding");
  record.keep(std::shared_ptr<const Blob>(std::move(blob)));
  return record;
}

}  // namespace drydock
