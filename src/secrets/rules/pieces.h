// Pieces of patterns that many rows share. Macros, because string literals concatenate at no cost and no other way.
#pragma once

// From a provider's word to the value: the rest of the name, its closing quote, an operator, an opening quote.
// `datadog_api_key: "`, `"twilioToken" => '`, `aws.secretKey = `
#define SECRET_IS "[\\w.-]{0,32}[\"'`\\\\]{0,2}\\]?[ \\t]{0,8}(?::=|=>|=|:|,)[ \\t]{0,8}\\\\?[\"'`]?"
#define SECRET_UUID "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
