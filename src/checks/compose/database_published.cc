#include <algorithm>
#include <string>

#include "checks/base_images.h"
#include "checks/check.h"
#include "checks/inputs.h"

namespace drydock::checks::database_published {
namespace {

const Datastore* datastore_of(const Service& service) {
  if (service.image.known())
    if (const Datastore* found = find_datastore(parse_image_reference(service.image.value).name())) return found;
  // An image of one's own says little; its service's name may. Only where the built image's own port fits, too.
  return service.build.set() || !service.image.known() ? find_datastore(service.name) : nullptr;
}

bool holds(const Port& port, uint16_t number) {
  return number != 0 && port.container_first <= number && number <= port.container_last;
}

void run(const ServiceInput& input, Findings& out) {
  const Datastore* store = datastore_of(input.service);
  if (store == nullptr) return;
  for (const Port& port : input.service.container.ports) {
    if (std::ranges::none_of(store->ports, [&](uint16_t number) { return holds(port, number); })) continue;
    // Without the address, so that moving it to 127.0.0.1 leaves the same finding, of less weight.
    std::string number = std::to_string(port.container_first);
    if (port.loopback()) {
      out.as(Severity::medium)
          .add_item(number, port.at, out.text({store->image, " can be reached by every user of this host"}));
      continue;
    }
    out.add_item(number, port.at,
                 out.text({store->image,
                           " can be reached from outside the host; containers of the stack need no published port"}));
  }
}

constexpr std::string_view kAliases[] = {"CIS 5.9"};
constexpr std::string_view kReferences[] = {"CIS Docker 5.9",
                                            "https://docs.docker.com/engine/network/port-publishing/"};
constexpr Example kExamples[] = {
    {.bad = "services:\n  db:\n    image: postgres:17\n    ports:\n      - \"5432:5432\"\n"},
    {.bad = "services:\n  store:\n    image: registry.example/library/redis:8\n    ports:\n      - target: 6379\n      "
            "  published: \"16379\"\n"},
    {.bad = "services:\n  db:\n    image: postgres:17\n    ports: [\"127.0.0.1:5432:5432\"]\n"},
    {.good = "services:\n  db:\n    image: postgres:17\n    expose: [\"5432\"]\n"},
    {.good = "services:\n  web:\n    image: nginx:1.29\n    ports: [\"5432:80\"]\n"},
    {.good = "services:\n  db:\n    image: postgres:17\n    ports: [\"9187:9187\"]\n"},
};
constexpr Check kChecks[] = {
    {.id = "DC017",
     .name = "database-published",
     .title = "Database or cache published to the host",
     .severity = Severity::high,
     .aliases = kAliases,
     .references = kReferences,
     .advice = "Remove the port; reach the database by docker compose exec, or through an SSH tunnel.",
     .run = run,
     .examples = kExamples}};

}  // namespace
extern constinit const std::span<const Check> checks = kChecks;
}  // namespace drydock::checks::database_published
