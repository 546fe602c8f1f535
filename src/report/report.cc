#include "report/report.h"

#include "model/record_json.h"

namespace drydock::report {

std::span<const Renderer> all_renderers() {
  static constexpr Renderer kRenderers[] = {
      {"table", "txt", render_table}, {"json", "json", render_json}, {"sarif", "sarif", render_sarif}};
  return kRenderers;
}

const Renderer* find_renderer(std::string_view name) {
  for (const Renderer& renderer : all_renderers())
    if (renderer.name == name) return &renderer;
  return nullptr;
}

std::string render_json(const ScanRecord& record, const RenderOptions&) { return encode_record(record); }

}  // namespace drydock::report
