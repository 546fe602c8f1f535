#include "checks/base_images.h"

#include <algorithm>

namespace drydock::checks {
namespace {

template <size_t N>
bool is_one_of(std::string_view word, const std::string_view (&list)[N]) {
  return std::ranges::find(list, word) != std::end(list);
}

struct Publisher {
  std::string_view registry, repository;  // of the repository, a prefix
};
// Images whose Dockerfiles end in USER, by their publishers' documentation.
constexpr Publisher kUnprivileged[] = {
    {"", "nginxinc/nginx-unprivileged"},
    {"", "bitnami/"},
    {"", "bitnamilegacy/"},
    {"", "bitnamisecure/"},
    {"", "chainguard/"},
    {"cgr.dev", "chainguard/"},
    {"dhi.io", ""},
    {"", "grafana/"},
    {"", "prom/"},
    {"", "jenkins/jenkins"},
    {"", "sonarqube"},
    {"", "memcached"},
    {"", "opensearchproject/"},
    {"quay.io", "keycloak/keycloak"},
    {"quay.io", "prometheus/"},
    {"quay.io", "nginx/nginx-unprivileged"},
    {"docker.elastic.co", "elasticsearch/"},
    {"docker.elastic.co", "kibana/"},
    {"registry.access.redhat.com", "ubi8/python-"},
    {"registry.access.redhat.com", "ubi9/python-"},
    {"registry.access.redhat.com", "ubi8/nodejs-"},
    {"registry.access.redhat.com", "ubi9/nodejs-"},
    {"registry.access.redhat.com", "ubi8/nginx-"},
    {"registry.access.redhat.com", "ubi9/nginx-"},
};

constexpr std::string_view kDroppers[] = {"postgres", "mysql",       "mariadb",   "mongo",   "redis",
                                          "valkey",   "rabbitmq",    "cassandra", "couchdb", "ghost",
                                          "postgis",  "timescaledb", "neo4j",     "influxdb"};
constexpr std::string_view kServers[] = {"nginx",     "httpd", "caddy",     "traefik",           "haproxy",
                                         "wordpress", "ghost", "nextcloud", "adminer",           "phpmyadmin",
                                         "tomcat",    "jetty", "openresty", "nginx-unprivileged"};

constexpr Datastore kDatastores[] = {
    {"postgres", {5432}},
    {"postgresql", {5432}},
    {"postgis", {5432}},
    {"pgvector", {5432}},
    {"timescaledb", {5432}},
    {"mysql", {3306, 33060}},
    {"mariadb", {3306}},
    {"percona", {3306}},
    {"mongo", {27017}},
    {"mongodb", {27017}},
    {"redis", {6379}},
    {"redis-stack", {6379, 8001}},
    {"redis-stack-server", {6379}},
    {"valkey", {6379}},
    {"keydb", {6379}},
    {"dragonfly", {6379}},
    {"memcached", {11211}},
    {"elasticsearch", {9200, 9300}},
    {"opensearch", {9200, 9300}},
    {"rabbitmq", {5672, 15672, 25672}},
    {"cassandra", {9042, 7000}},
    {"couchdb", {5984}},
    {"clickhouse-server", {8123, 9000}},
    {"clickhouse", {8123, 9000}},
    {"influxdb", {8086}},
    {"neo4j", {7474, 7687}},
    {"etcd", {2379, 2380}},
    {"cockroach", {26257}},
    {"kafka", {9092}},
    {"zookeeper", {2181}},
    {"nats", {4222, 8222}},
    {"mssql", {1433}},
};

}  // namespace

bool runs_unprivileged(const ImageReference& image) {
  // Distroless and .NET say it in the tag (github.com/GoogleContainerTools/distroless; chiselled .NET images).
  if (image.tag.find("nonroot") != std::string_view::npos || image.tag.find("rootless") != std::string_view::npos ||
      image.tag.find("unprivileged") != std::string_view::npos)
    return true;
  if (image.registry == "mcr.microsoft.com" && image.tag.find("chiseled") != std::string_view::npos) return true;
  for (const Publisher& row : kUnprivileged)
    if (row.registry == image.registry && image.repository.starts_with(row.repository)) return true;
  return false;
}

bool drops_privileges(const ImageReference& image) { return is_one_of(image.name(), kDroppers); }

bool is_server_image(const ImageReference& image) {
  return is_one_of(image.name(), kServers) || find_datastore(image.name()) != nullptr;
}

bool is_function_image(const ImageReference& image) {
  return (image.registry == "public.ecr.aws" && image.repository.starts_with("lambda/")) ||
         image.repository.starts_with("amazon/aws-lambda") || image.repository.starts_with("lambci/lambda");
}

const Datastore* find_datastore(std::string_view name) {
  for (const Datastore& row : kDatastores)
    if (row.image == name) return &row;
  return nullptr;
}

}  // namespace drydock::checks
