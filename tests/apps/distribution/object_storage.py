"""What an object storage answers to those who read from it by the protocol of S3, on the loopback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "bucket"
NAMES_AN_ANSWER = 2  # of a list; the real ones put 1000 into one
WHEN = "Mon, 01 Jan 2024 00:00:00 GMT"


@contextmanager
def storage(objects: Mapping[str, bytes]) -> Iterator[ThreadingHTTPServer]:
    """A storage that holds objects in its only bucket; its ``asked`` are the requests so far."""
    handler = type("Handler", (_Handler,), {"objects": objects})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked = []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def settings(server: ThreadingHTTPServer) -> str:
    """What stands behind a URI so that pyarrow asks this storage."""
    return f"?endpoint_override=127.0.0.1:{server.server_port}&region=eu-west-1&scheme=http"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: Mapping[str, bytes]

    def log_message(self, *_: object) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("authorization", "")))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        query = {name: value for name, [value] in parse_qs(parts.query, keep_blank_values=True).items()}
        if bucket != BUCKET:
            self._refuse("NoSuchBucket")
        elif not key:
            self._answer(200, self._listed(query), {"Content-Type": "application/xml"})
        elif key in self.objects:
            self._answer_with(self.objects[key])
        else:
            self._refuse("NoSuchKey")

    def _answer_with(self, content: bytes) -> None:
        facts = {"ETag": '"1"', "Last-Modified": WHEN, "Accept-Ranges": "bytes"}
        if (wanted := self.headers.get("Range")) is None:
            self._answer(200, content, facts)
            return
        first, last = wanted.removeprefix("bytes=").split("-")
        part = content[int(first) : int(last) + 1]
        end = int(first) + len(part) - 1
        self._answer(206, part, {**facts, "Content-Range": f"bytes {first}-{end}/{len(content)}"})

    def _listed(self, query: Mapping[str, str]) -> bytes:
        """Names that begin so, a few at a time; where a delimiter is given, folders in the place of what is in them."""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        found: dict[str, str] = {}
        for key in sorted(key for key in self.objects if key.startswith(prefix)):
            folder, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            name = prefix + folder + cut
            if cut:
                found[name] = f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
            else:
                facts = f"<Size>{len(self.objects[key])}</Size><LastModified>2024-01-01T00:00:00Z</LastModified>"
                found[key] = f"<Contents><Key>{escape(key)}</Key>{facts}</Contents>"
        begin = int(query.get("continuation-token", 0))
        page = list(found.values())[begin : begin + NAMES_AN_ANSWER]
        rest = begin + len(page) < len(found)
        token = f"<NextContinuationToken>{begin + len(page)}</NextContinuationToken>" if rest else ""
        head = f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(rest).lower()}</IsTruncated>{token}"
        return f"<?xml version='1.0'?><ListBucketResult>{head}{''.join(page)}</ListBucketResult>".encode()

    def _refuse(self, code: str) -> None:
        self._answer(404, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode(), {})

    def _answer(self, status: int, content: bytes, facts: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**facts, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
