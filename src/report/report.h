// Reports: one renderer per format, each a function of a ScanRecord and nothing else. Output is deterministic.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/scan_record.h"

namespace drydock::report {

struct RenderOptions {
  size_t width = 100;   // columns, for formats that a person reads
  bool colour = false;  // ANSI colours
  bool all = false;     // also findings below the threshold that are folded by default, and ignored ones
  std::span<const std::string> notes = {};  // policy's notes (expired ignores), shown at the end
};

struct Renderer {
  std::string_view name;       // -o NAME
  std::string_view extension;  // of its file under --reports
  std::string (*render)(const ScanRecord& record, const RenderOptions& options);
};

std::span<const Renderer> all_renderers();
const Renderer* find_renderer(std::string_view name);  // null if there is none

std::string render_table(const ScanRecord& record, const RenderOptions& options);
std::string render_json(const ScanRecord& record, const RenderOptions& options);
std::string render_sarif(const ScanRecord& record, const RenderOptions& options);

// Control results as a person reads them: verdicts by section, with the evidence that decided each.
std::string render_checklist(const ScanRecord& record, const RenderOptions& options);

}  // namespace drydock::report
