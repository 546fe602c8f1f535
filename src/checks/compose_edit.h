// Edits of compose files that add something to a service. They keep comments and order: a new key stands last in the
// service where it is first defined.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/inputs.h"
#include "model/edit.h"

namespace drydock::checks {

struct ServiceEdit {
  Edit edit;         // edit.text views `text`
  std::string text;  // what is inserted
};
// Adds `key` with `value`, given as lines relative to the key: "true" or "\n  - ALL". Nothing if the service stands in
// flow style or has the key already, or if its file is not among the sources.
std::optional<ServiceEdit> add_key(const Sources* sources, const Service& service, std::string_view key,
                                   std::string_view value);
// Adds an item to the list `key` of the service, which is made if there is none.
std::optional<ServiceEdit> add_item(const Sources* sources, const Service& service, std::string_view key,
                                    std::string_view item);

}  // namespace drydock::checks
