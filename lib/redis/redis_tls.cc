#include "lib/redis/redis_tls.h"

#include "lib/redis/redis_options.h"

#ifdef AGENT_REDIS_TLS
#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace agent {
namespace {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

bool IsIpAddress(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

// The certificate has to name the host that was asked for; names, not
// addresses, are also told to the server (SNI).
bool ExpectHost(SSL* ssl, const std::string& host) {
  if (IsIpAddress(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) ==
           1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1;
}

SslPtr NewSession(const std::string& host) {
  // The session keeps its own reference to the context.
  const std::unique_ptr<SSL_CTX, SslContextDeleter> context(
      SSL_CTX_new(TLS_client_method()));
  if (context == nullptr ||
      SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_default_verify_paths(context.get()) != 1) {
    return nullptr;
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // hiredis' buffer moves between the tries of one write.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SslPtr ssl(SSL_new(context.get()));
  if (ssl == nullptr || !ExpectHost(ssl.get(), host)) return nullptr;
  return ssl;
}

}  // namespace

absl::Status StartTls(redisContext* context, const std::string& host) {
  SslPtr ssl = NewSession(host);
  if (ssl == nullptr) return absl::UnavailableError("TLS cannot be set up");
  if (redisInitiateSSL(context, ssl.get()) != REDIS_OK) {
    const long why = SSL_get_verify_result(ssl.get());
    return absl::UnavailableError(std::string("TLS handshake failed: ") +
                                  (why == X509_V_OK
                                       ? context->errstr
                                       : X509_verify_cert_error_string(why)));
  }
  static_cast<void>(ssl.release());  // the context's from now on
  return absl::OkStatus();
}

absl::Status CheckRedisAddressSupported(const RedisAddress&) {
  return absl::OkStatus();
}

}  // namespace agent

#else

namespace agent {

absl::Status StartTls(redisContext*, const std::string&) {
  RedisAddress address;
  address.tls = true;
  return CheckRedisAddressSupported(address);
}

absl::Status CheckRedisAddressSupported(const RedisAddress& address) {
  if (!address.tls) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "TLS to Redis (rediss:// or ssl=true) needs hiredis 1.0 or later; this "
      "program was built with an older one, which has none");
}

}  // namespace agent

#endif
