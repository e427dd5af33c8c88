"""Tools that know only an address: what grpcurl and a load balancer do."""

import unittest

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

from harness.case import Case
from harness.model_server import Turn

SERVICE = "agent.v1.AgentService"


class Reflection(Case):

    def setUp(self):
        model = self.start_model({"hello": [Turn(["Good ", "day."])]})
        self.redis = self.start_redis()
        self.service = self.start_service(
            self.redis.address, environment=model.environment)
        self.channel = self.connect(self.service).channel
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)

    def call(self, service, method, request):
        """As grpcurl does it: messages made from what the server described."""
        described = self.pool.FindServiceByName(service).FindMethodByName(
            method)
        make = self.channel.unary_unary
        if described.server_streaming:
            make = self.channel.unary_stream
        message = json_format.ParseDict(
            request, GetMessageClass(described.input_type)())
        invoke = make(
            f"/{service}/{method}",
            request_serializer=lambda value: value.SerializeToString(),
            response_deserializer=GetMessageClass(
                described.output_type).FromString)
        replies = invoke(message, timeout=20)
        if not described.server_streaming:
            replies = [replies]
        return [json_format.MessageToDict(reply) for reply in replies]

    def test_services_are_listed_and_described(self):
        self.assertLessEqual(
            {SERVICE, "grpc.health.v1.Health",
             "grpc.reflection.v1alpha.ServerReflection"},
            set(self.database.get_services()))
        methods = self.pool.FindServiceByName(SERVICE).methods
        self.assertEqual(
            {method.name for method in methods},
            {"RunAgent", "StreamResponse", "GetRun", "ListRuns", "CancelRun",
             "GetConversation", "ListConversations", "DeleteConversation",
             "ListAgents"})

    def test_a_run_is_started_and_streamed_by_dynamic_messages(self):
        [run] = self.call(SERVICE, "RunAgent",
                          {"agent": "travelplanner", "message": "hello"})
        batches = self.call(SERVICE, "StreamResponse",
                            {"conversationId": run["conversationId"],
                             "cursor": run["cursor"]})
        chunks = [chunk for batch in batches
                  for chunk in batch.get("chunks", [])]
        self.assertEqual("".join(chunk.get("text", "") for chunk in chunks),
                         "Good day.")
        self.assertIn("completed", chunks[-1])

    def test_health_is_told_for_the_server_and_the_service(self):
        for name in ["", SERVICE]:
            with self.subTest(name):
                [reply] = self.call("grpc.health.v1.Health", "Check",
                                    {"service": name})
                self.assertEqual(reply, {"status": "SERVING"})

    def test_health_of_an_unknown_service_is_not_found(self):
        with self.assert_status(grpc.StatusCode.NOT_FOUND):
            self.call("grpc.health.v1.Health", "Check", {"service": "other"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
