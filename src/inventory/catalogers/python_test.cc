#include <gtest/gtest.h>

#include <string>

#include "inventory/manifest_path.h"
#include "inventory/python_names.h"
#include "inventory/test_layer.h"

namespace drydock::inventory {
namespace {

TEST(PythonNames, AreNormalisedAsPep503Says) {
  EXPECT_EQ(normalised_python_name("Flask"), "flask");
  EXPECT_EQ(normalised_python_name("zope.interface"), "zope-interface");
  EXPECT_EQ(normalised_python_name("a-_.B__c"), "a-b-c");
  EXPECT_TRUE(is_python_name("a"));
  EXPECT_TRUE(is_python_name("Jinja2"));
  EXPECT_FALSE(is_python_name(""));
  EXPECT_FALSE(is_python_name("-a"));
  EXPECT_FALSE(is_python_name("a-"));
  EXPECT_FALSE(is_python_name("a b"));
}

TEST(PythonDistInfo, ReadsNameVersionAndLicence) {
  LayerRecord layer = cataloged("usr/local/lib/python3.11/site-packages/Flask_SQLAlchemy-3.0.5.dist-info/METADATA",
                                "Metadata-Version: 2.1\nName: Flask-SQLAlchemy\nVersion: 3.0.5\n"
                                "License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License\n"
                                "\nVersion: 9.9 in the description\nName: other\n");
  ASSERT_EQ(layer.packages.size(), 1u);
  const Package& package = layer.packages[0].package;
  EXPECT_EQ(describe(package), "flask-sqlalchemy 3.0.5");
  EXPECT_EQ(package.licence, "BSD-3-Clause");
  EXPECT_EQ(package.ecosystem, Ecosystem::pypi);
  EXPECT_EQ(package.source, PackageSource::installed);
  EXPECT_EQ(package.at.line, 3u);
}

TEST(PythonDistInfo, PrefersTheExpressionAndDistrustsWholeTexts) {
  auto licence = [](std::string_view fields) {
    LayerRecord layer = cataloged("a.dist-info/METADATA", "Name: a\nVersion: 1\n" + std::string(fields));
    return layer.packages.empty() ? std::string() : std::string(layer.packages[0].package.licence);
  };
  EXPECT_EQ(licence("License-Expression: MIT OR Apache-2.0\nLicense: MIT\n"), "MIT OR Apache-2.0");
  EXPECT_EQ(licence("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n"), "MIT License");
  EXPECT_EQ(
      licence("License: Copyright (c) 2020\n        All rights\nClassifier: License :: OSI Approved :: MIT License\n"),
      "MIT License");
  EXPECT_EQ(licence("License: " + std::string(500, 'x') + "\n"), "");
}

TEST(PythonDistInfo, FindsEggsInAllTheirForms) {
  constexpr std::string_view kText = "Metadata-Version: 1.0\r\nName: a\r\nVersion: 1.0\r\n";
  for (std::string_view path : {"x/a-1.0.egg-info", "x/a-1.0.egg-info/PKG-INFO", "x/a.egg/EGG-INFO/PKG-INFO"})
    EXPECT_EQ(describe(cataloged(path, kText).packages), "a 1.0\n") << path;
  for (std::string_view path : {"x/PKG-INFO", "x/METADATA", "a.dist-info/RECORD"})
    EXPECT_EQ(cataloged(path, kText).packages.size(), 0u) << path;
}

TEST(PythonDistInfo, SaysWhenMetadataIsBroken) {
  for (std::string_view text :
       {"", "Name: a\n", "Version: 1\n", "Name: a b\nVersion: 1\n", "\nName: a\nVersion: 1\n"}) {
    LayerRecord layer = cataloged("a.dist-info/METADATA", text);
    EXPECT_TRUE(layer.packages.empty()) << text;
    EXPECT_EQ(layer.unknowns.size(), 1u) << text;
  }
}

TEST(RequirementsTxt, ReadsWhatPipReads) {
  LayerRecord layer = cataloged("app/requirements.txt",
                                "# comment\n"
                                "Flask==2.0.1\n"
                                "requests[security, socks] == 2.25.1  # pinned\n"
                                "urllib3 (==1.26.4)\n"
                                "Django>=3.2,<4\n"
                                "gunicorn\n"
                                "PyYAML===5.3.1;python_version<'3.11'\n"
                                "jinja2==2.*\n"
                                "pillow!=8.0,==8.1.0 ; sys_platform == 'linux'\n"
                                "zope.interface~=5.0\n");
  EXPECT_EQ(describe(layer.packages),
            "flask 2.0.1\n"
            "requests 2.25.1\n"
            "urllib3 1.26.4\n"
            "django {Django>=3.2,<4}\n"
            "gunicorn {gunicorn}\n"
            "pyyaml 5.3.1\n"
            "jinja2 {jinja2==2.*}\n"
            "pillow 8.1.0\n"
            "zope-interface {zope.interface~=5.0}\n");
  EXPECT_TRUE(layer.unknowns.empty());
  EXPECT_EQ(layer.packages[0].package.source, PackageSource::manifest);
}

TEST(RequirementsTxt, SkipsOptionsUrlsAndWhatNoContainerInstalls) {
  LayerRecord layer = cataloged("requirements.txt",
                                "-r base.txt\n-c constraints.txt\n-e .\n-e git+https://git.example/x.git#egg=x\n"
                                "--index-url https://pypi.example/simple\n--hash=sha256:00\n"
                                "git+https://git.example/y.git@v1#egg=y\nhttps://files.example/z-1.0.tar.gz\n"
                                "./local\n/opt/wheel.whl\nlocal-1.0-py3-none-any.whl\nfile:./x\n"
                                "pywin32==306 ; sys_platform == \"win32\"\n"
                                "appnope==0.1; platform_system=='Darwin' and python_version > '3'\n"
                                "colorama==0.4.6 ; sys_platform == 'win32' or extra == 'x'\n"
                                "uvloop==0.19 ; sys_platform != 'win32'\n"
                                "name @ https://files.example/name-1.0.zip ; python_version > '3'\n"
                                "other@git+https://git.example/o.git@main\n");
  EXPECT_EQ(describe(layer.packages),
            "colorama 0.4.6\n"
            "uvloop 0.19\n"
            "name {name @ https://files.example/name-1.0.zip}\n"
            "other {other@git+https://git.example/o.git@main}\n");
  EXPECT_TRUE(layer.unknowns.empty());
}

TEST(RequirementsTxt, JoinsLinesAndPointsAtTheRequirement) {
  std::string_view text =
      "\xef\xbb\xbf# generated\r\n"
      "  flask==2.0.1 \\\r\n"
      "    --hash=sha256:aaaa \\\r\n"
      "    --hash=sha256:bbbb\r\n"
      "    # via -r x.in\r\n"
      "werkzeug==2.0.0 \\\n"
      "\n"
      "click \\\n"
      "  ==8.0\n"
      "# not joined \\\n"
      "itsdangerous==2.0";
  LayerRecord layer = cataloged("requirements/prod.txt", text);
  EXPECT_EQ(describe(layer.packages), "flask 2.0.1\nwerkzeug 2.0.0\nclick 8.0\nitsdangerous 2.0\n");
  ASSERT_EQ(layer.packages.size(), 4u);
  constexpr uint32_t kLines[] = {2, 6, 8, 11};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(layer.packages[i].package.at.line, kLines[i]);
  EXPECT_EQ(layer.packages[0].package.at.span.of(text), "flask==2.0.1");
  EXPECT_EQ(layer.packages[0].package.at.column, 3u);
  EXPECT_EQ(layer.packages[2].package.at.span.of(text), "click \\\n  ==8.0");
  EXPECT_EQ(layer.packages[3].package.at.span.of(text), "itsdangerous==2.0");
}

TEST(RequirementsTxt, CountsWhatItCannotReadOnce) {
  LayerRecord layer = cataloged("requirements.txt", "a==1\n=== prose\nb c d\n{{ template }}\nx[unclosed==1\n$Y==2\n");
  EXPECT_EQ(describe(layer.packages), "a 1\n");
  ASSERT_EQ(layer.unknowns.size(), 1u);
  EXPECT_TRUE(layer.unknowns[0].reason.starts_with("5 lines (first: line 2)")) << layer.unknowns[0].reason;
  layer = cataloged("requirements.txt", std::string_view("\xff\xfe"
                                                         "a\0=\0",
                                                         6));
  EXPECT_EQ(layer.unknowns.size(), 1u);
  EXPECT_EQ(describe(cataloged("requirements.txt", "a==${VERSION}\n").packages), "a {a==${VERSION}}\n");
}

TEST(RequirementsTxt, KnowsDevelopmentFilesAndLeavesOthersPackagesAlone) {
  for (std::string_view path : {"requirements-dev.txt", "dev-requirements.txt", "requirements/test.txt",
                                "requirements_docs.txt", "requirements.lint.txt"})
    EXPECT_EQ(describe(cataloged(path, "a==1\n").packages), "a 1 dev\n") << path;
  for (std::string_view path :
       {"requirements.txt", "requirements/prod.txt", "constraints.txt", "devices/requirements.txt"})
    EXPECT_EQ(describe(cataloged(path, "a==1\n").packages), "a 1\n") << path;
  for (std::string_view path : {"usr/lib/python3/site-packages/x/requirements.txt", "node_modules/x/requirements.txt",
                                "notes.txt", "requirements.in"})
    EXPECT_EQ(cataloged(path, "a==1\n").packages.size(), 0u) << path;
}

}  // namespace
}  // namespace drydock::inventory
