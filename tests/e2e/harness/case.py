"""The base of every end to end test case: what it starts, it also stops."""

import contextlib
import sys
import unittest

import grpc

from harness.api import Api, reason_of
from harness.model_server import ModelServer
from harness.open_stream import OpenStream
from harness.proxy import Proxy
from harness.redis_server import RedisServer
from harness.service import Service


class Case(unittest.TestCase):
    """`start_*` starts a thing for this test and stops it afterwards."""

    maxDiff = 2000

    def _started(self, thing):
        self.addCleanup(thing.close)
        return thing

    def start_redis(self, **options):
        return self._started(RedisServer(**options))

    def start_model(self, answers):
        return self._started(ModelServer(answers))

    def start_proxy(self, target):
        return self._started(Proxy(target))

    def open_stream(self, api, run, cursor="", **fields):
        return self._started(OpenStream(api, run, cursor, **fields))

    def start_service(self, redis, *flags, **options):
        service = self._started(Service(redis, *flags, **options))
        self.addCleanup(self._tell, service)
        return service

    def _tell(self, service):
        """A failed test shows the service's log."""
        outcome = self._outcome.result
        failed = [case for case, _ in outcome.failures + outcome.errors]
        if self in failed:
            sys.stderr.write(f"--- {' '.join(service.process.args)}\n"
                             f"{service.log()}\n")

    def connect(self, service):
        return self._started(Api(service.address))

    def assert_whole(self, transcript, text=None):
        self.assertEqual(transcript.problems(), [])
        if text is not None:
            self.assertEqual(transcript.text, text)

    @contextlib.contextmanager
    def assert_status(self, code, reason=None, **metadata):
        """The block fails with this status, reason and metadata."""
        with self.assertRaises(grpc.RpcError) as caught:
            yield
        error = caught.exception
        found_reason, found_metadata = reason_of(error)
        self.assertEqual(error.code(), code, error.details())
        if reason:
            self.assertEqual(found_reason, reason, error.details())
        for name, value in metadata.items():
            self.assertEqual(found_metadata.get(name), value)
