"""What must not get through: other hosts, other origins, too much, too slow,
and bytes that are no HTTP.
"""

import re
import socket
import unittest

from harness.case import Case
from harness.http_api import HttpApi
from harness.model_server import Turn

RUN = "/api/agents/TravelPlanner/run"


class HttpGuard(Case):

    def setUp(self):
        self.model = self.start_model({"hello": [Turn(["hi"])]})
        self.redis = self.start_redis().address

    def start(self, *flags):
        service = self.start_service(
            self.redis, *flags, environment=self.model.environment,
            http_listen="127.0.0.1:0")
        self.http = HttpApi(service.http)
        return service

    def send(self, data, read=True):
        """What comes back for these very bytes, to the connection's end."""
        host, _, port = self.http.address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=60) as peer:
            try:
                peer.sendall(data)
                reply = b""
                while read and (block := peer.recv(65536)):
                    reply += block
                return reply
            except ConnectionError:
                return b""

    def assert_refused(self, reply, status, reason):
        self.assertEqual(reply.status, status, reply.body)
        self.assertEqual(reply.error["reason"], reason)

    # Web pages.

    def test_a_name_that_was_pointed_here_is_not_ours(self):
        self.start()
        for method, path in [("GET", "/api/conversations"),
                             ("GET", "/api/agent/stream/c"), ("POST", RUN),
                             ("DELETE", "/api/conversations/c")]:
            self.assert_refused(
                self.http.call(method, path, host="evil.example:7071"),
                403, "HOST_NOT_ALLOWED")
        self.assertEqual(self.http.get("/api/agents",
                                       host="localhost:1").status, 200)

    def test_a_name_can_be_allowed(self):
        self.start("--http_allowed_hosts=agents.example.org")
        self.assertEqual(self.http.get("/api/agents",
                                       host="agents.example.org").status, 200)
        self.assert_refused(self.http.get("/api/agents", host="example.org"),
                            403, "HOST_NOT_ALLOWED")

    def test_a_page_of_another_origin_starts_and_deletes_nothing(self):
        self.start()
        for headers in [{"origin": "http://evil.example"}, {"origin": "null"},
                        {"sec_fetch_site": "cross-site"}]:
            self.assert_refused(
                self.http.call("POST", RUN + "?conversation_id=c", "hello",
                               content_type="text/plain", **headers),
                403, "ORIGIN_NOT_ALLOWED")
            self.assert_refused(
                self.http.call("DELETE", "/api/conversations/c", **headers),
                403, "ORIGIN_NOT_ALLOWED")
        self.assertEqual(self.http.get("/api/conversations/c").status, 404)
        own = f"http://{self.http.address}"
        self.assertEqual(
            self.http.call("POST", RUN, "hello", origin=own).status, 202)

    def test_other_origins_read_nothing_unless_they_are_allowed(self):
        self.start()
        reply = self.http.get("/api/agents", origin="https://app.example.org")
        self.assertFalse([name for name in reply.headers
                          if name.startswith("access-control-")])
        preflight = self.http.call("OPTIONS", RUN,
                                   origin="https://app.example.org",
                                   access_control_request_method="POST")
        self.assertFalse([name for name in preflight.headers
                          if name.startswith("access-control-")])

    def test_an_allowed_origin_may_do_what_a_page_of_ours_may(self):
        self.start("--http_allowed_origins=https://app.example.org")
        origin = "https://app.example.org"
        preflight = self.http.call("OPTIONS", RUN, origin=origin,
                                   access_control_request_method="POST")
        self.assertEqual(preflight.status, 204)
        self.assertEqual(preflight.headers["access-control-allow-origin"],
                         origin)
        self.assertIn("POST",
                      preflight.headers["access-control-allow-methods"])
        self.assertIn("Content-Type",
                      preflight.headers["access-control-allow-headers"])
        reply = self.http.call("POST", RUN, "hello", origin=origin)
        self.assertEqual(reply.status, 202)
        self.assertEqual(reply.headers["access-control-allow-origin"], origin)
        self.assertEqual(reply.headers["vary"], "Origin")
        refused = self.http.call("POST", RUN, "hello",
                                 origin="https://other.example.org")
        self.assert_refused(refused, 403, "ORIGIN_NOT_ALLOWED")
        self.assertNotIn("access-control-allow-origin", refused.headers)

    # Sizes.

    def test_a_long_message_is_told_its_field_and_a_long_body_its_limit(self):
        self.start("--max_message_bytes=1KiB")
        self.assert_refused(self.http.call("POST", RUN, "x" * 1025),
                            400, "FIELD_INVALID")
        most = 2 * 1024 + 1024 * 1024
        self.assert_refused(self.http.call("POST", RUN, "x" * most),
                            400, "FIELD_INVALID")
        long = self.http.call("POST", RUN, "x" * (most + 1))
        self.assert_refused(long, 413, "FIELD_INVALID")
        self.assertIn(str(most), long.error["message"])

    def test_a_long_url_and_long_headers_are_refused(self):
        self.start()
        long = self.http.get("/api/agents?x=" + "y" * 8192)
        self.assert_refused(long, 400, "FIELD_INVALID")
        self.assertEqual(long.error["metadata"], {"field": "url"})
        self.assert_refused(self.http.get("/api/agents", x="y" * 32768),
                            400, "FIELD_INVALID")

    def test_json_that_nests_without_end_is_refused(self):
        self.start()
        deep = '{"message":"m","response_json_schema":' + "[" * 500000
        self.assert_refused(
            self.http.call("POST", RUN, deep, content_type="application/json"),
            400, "FIELD_INVALID")

    # Bytes.

    def test_garbage_does_no_harm(self):
        service = self.start()
        head = b"Host: localhost\r\n"
        for data in [b"\x00" * 1000 + b"\r\n\r\n", b"\r\n" * 1000,
                     b"GET / HTTP/1.1\r\n" + b": \r\n" * 10 + b"\r\n",
                     b"POST / HTTP/1.1\r\n" + head +
                     b"Content-Length: -1\r\n\r\n",
                     b"POST / HTTP/1.1\r\n" + head +
                     b"Content-Length: 99999999999999999999\r\n\r\n",
                     b"POST / HTTP/1.1\r\n" + head +
                     b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
                     b"POST / HTTP/1.1\r\n" + head +
                     b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                     b"GET / HTTP/1.1\r\nConnection: close\r\n" + head +
                     b" folded: x\r\n\r\n",
                     b"CONNECT evil.example:80 HTTP/1.1\r\n" + head + b"\r\n",
                     b"TRACE / HTTP/1.1\r\n" + head + b"\r\n",
                     b"GET http://evil.example/api/agents HTTP/1.1\r\n" + head
                     + b"Connection: close\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"]:
            with self.subTest(data[:40]):
                # A tunnel is refused, and left open for another request.
                reply = self.send(data, read=b"CONNECT" not in data)
                self.assertNotRegex(reply, rb"^HTTP/1.1 [235]00")
                self.assertNotIn(b"<html", reply.lower())
        self.assertIsNone(service.process.poll())
        self.assertEqual(self.http.get("/api/agents").status, 200)

    def test_requests_may_come_all_at_once(self):
        self.start()
        one = b"GET /api/agents HTTP/1.1\r\nHost: localhost\r\n"
        reply = self.send((one + b"\r\n") * 49 +
                          one + b"Connection: close\r\n\r\n")
        self.assertEqual(len(re.findall(rb"HTTP/1\.1 200 OK\r\n", reply)), 50)

    def test_a_client_of_http_1_0_is_served(self):
        self.start()
        reply = self.send(b"GET /api/agents HTTP/1.0\r\n\r\n")
        self.assertTrue(reply.startswith(b"HTTP/1.0 200 OK\r\n"))
        self.assertIn(b'"agents"', reply)
        self.http.call("POST", RUN + "?conversation_id=c", "hello")
        stream = self.send(b"GET /api/agent/stream/c HTTP/1.0\r\n"
                           b"Connection: keep-alive\r\n\r\n")
        self.assertTrue(stream.endswith(b"data: [DONE]\n\n"), stream)
        self.assertNotIn(b"chunked", stream)

    def test_clients_that_vanish_at_any_point_leave_nothing(self):
        service = self.start("--max_streams=4")
        request = (f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\n"
                   "Accept: text/event-stream\r\nContent-Length: 5\r\n\r\n"
                   "hello").encode()
        for end in range(0, len(request) + 1, 7):
            self.send(request[:end], read=False)
        # The streams of those that vanished make room.
        reply = self.http.call("POST", RUN, "hello", accept="text/event-stream")
        self.assertTrue(reply.body.endswith(b"data: [DONE]\n\n"), reply.body)
        self.assertIsNone(service.process.poll())

    # The start.

    def test_an_http_address_in_use_is_refused_in_one_line(self):
        service = self.start()
        with self.assertRaisesRegex(AssertionError, "cannot listen on"):
            self.start_service(self.redis, f"--http_listen={service.http}")

    def test_http_is_off_where_it_is_not_wanted(self):
        service = self.start_service(self.redis)
        self.assertIsNone(service.http)
        self.assertNotIn("http=", service.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
