#include "target/image_config.h"

#include <gtest/gtest.h>

namespace drydock::target {
namespace {

TEST(ImageConfig, ReadsWhatContainersStartWith) {
  StringPool pool;
  ImageConfig config = parse_image_config(R"({
    "architecture": "arm64", "os": "linux", "variant": "v8", "created": "2024-01-02T03:04:05.6Z",
    "config": {"User": "app", "WorkingDir": "/srv", "StopSignal": "SIGQUIT", "Entrypoint": ["/init"], "Cmd": ["run", ""],
      "Env": ["PATH=/bin:/usr/bin", "A=b=c", "EMPTY="], "Labels": {"maintainer": "me"},
      "ExposedPorts": {"8080/tcp": {}, "53/udp": {}}, "Volumes": {"/data": {}},
      "Healthcheck": {"Test": ["CMD-SHELL", "curl -f x"], "Interval": 30000000000, "Timeout": 1500000000, "Retries": 3}},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:aa", "sha256:bb"]},
    "history": [{"created_by": "ADD x", "created": "2024-01-01T00:00:00Z"}, {"created_by": "USER app", "empty_layer": true},
                {"created_by": "RUN y", "comment": "buildkit"}]})",
                                          pool)
                           .value();
  EXPECT_EQ(config.architecture, "arm64");
  EXPECT_EQ(config.variant, "v8");
  EXPECT_EQ(format_time(config.created), "2024-01-02T03:04:05Z");
  const ContainerSpec& c = config.container;
  EXPECT_EQ(c.user.value, "app");
  EXPECT_EQ(c.user.origin, Origin::image);
  EXPECT_EQ(c.working_dir.value, "/srv");
  EXPECT_EQ(c.stop_signal.value, "SIGQUIT");
  ASSERT_EQ(c.command.size(), 2u);
  EXPECT_TRUE(c.command[1].set());
  ASSERT_NE(c.variable("A"), nullptr);
  EXPECT_EQ(c.variable("A")->value.value, "b=c");
  EXPECT_EQ(c.labels[0].name, "maintainer");
  EXPECT_EQ(c.expose[0].value, "8080");
  EXPECT_EQ(c.expose[1].value, "53/udp");
  EXPECT_EQ(c.mounts[0].target, "/data");
  EXPECT_EQ(c.healthcheck.test[0], "CMD-SHELL");
  EXPECT_EQ(c.healthcheck.interval, "30s");
  EXPECT_EQ(c.healthcheck.timeout, "1500ms");
  EXPECT_EQ(c.healthcheck.retries.value, 3);
  EXPECT_EQ(config.diff_ids.size(), 2u);
  ASSERT_EQ(config.history.size(), 3u);
  EXPECT_EQ(config.history[0].layer, 0);
  EXPECT_EQ(config.history[1].layer, -1);
  EXPECT_EQ(config.history[2].layer, 1);
}

TEST(ImageConfig, WhatNobodySetIsUnset) {
  StringPool pool;
  ImageConfig config =
      parse_image_config(R"({"config": {"User": "", "Cmd": null, "Healthcheck": {}}, "rootfs": {"diff_ids": null}})",
                         pool)
          .value();
  EXPECT_FALSE(config.container.user.set());
  EXPECT_TRUE(config.container.command.empty());
  EXPECT_FALSE(config.container.healthcheck.set());
  EXPECT_FALSE(config.created.known());
}

TEST(ImageConfig, HealthcheckNoneIsDisabled) {
  StringPool pool;
  ImageConfig config = parse_image_config(R"({"config": {"Healthcheck": {"Test": ["NONE"]}}})", pool).value();
  EXPECT_TRUE(config.container.healthcheck.set());
  EXPECT_TRUE(config.container.healthcheck.disabled);
}

TEST(ImageConfig, RefusesOtherDocuments) {
  StringPool pool;
  for (const char* bytes : {"", "[]", "{", R"({"rootfs": {"diff_ids": "x"}})"}) {
    EXPECT_FALSE(parse_image_config(bytes, pool)) << bytes;
  }
}

}  // namespace
}  // namespace drydock::target
