#include "agent/client/resumable_stream.h"

#include <utility>

#include "client/src/stream_reader.h"

namespace agent::client {

ResumableStream::ResumableStream(
    const std::shared_ptr<grpc::ChannelInterface>& channel,
    v1::StreamResponseRequest request, StreamOptions options)
    : impl_(std::make_unique<Impl>(channel, std::move(request),
                                   std::move(options))) {}

ResumableStream::~ResumableStream() = default;

absl::StatusOr<std::optional<v1::ResponseChunk>> ResumableStream::Next() {
  return impl_->Next();
}

void ResumableStream::Cancel() { impl_->Cancel(); }

void ResumableStream::Resume() { impl_->Resume(); }

const std::string& ResumableStream::cursor() const { return impl_->cursor(); }

const ResponseText& ResumableStream::response() const {
  return impl_->response();
}

}  // namespace agent::client
