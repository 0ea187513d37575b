"""A cache of the remote execution API, in memory, that does wrong what it is told to. Runs by the gRPC library that BuildGrid brings:

    PYTHONPATH=… python3 wrong_reapi.py FAULT…          prints its port; what it was asked for goes to standard output, a line each

Faults: `other` (bytes that are not the digest's), `cut-read` (a stream that ends after half, once), `cut-write` (a stream that is refused after half,
once), `unknown` (no method is known), `full` (nothing can be stored)."""
import hashlib
import sys
from concurrent import futures

import grpc

CAS, BYTES = "/build.bazel.remote.execution.v2.ContentAddressableStorage/", "/google.bytestream.ByteStream/"
blobs, results, partial, faults = {}, {}, {}, set(sys.argv[1:])


def varint(number):
    out = b""
    while number >= 128:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(message):
    out, at = [], 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = message[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value
    while at < len(message):
        key = read()
        if key & 7 == 0:
            out.append((key >> 3, read()))
        else:
            size = read()
            out.append((key >> 3, message[at:at + size]))
            at += size
    return out


def all_of(message, number):
    return [value for known, value in fields(message) if known == number]


def one_of(message, number, otherwise):
    return (all_of(message, number) or [otherwise])[-1]


def digest(message):
    return bytes(one_of(message, 1, b"")).decode()


def shown(content):
    return bytes([content[0] ^ 1]) + content[1:] if "other" in faults else content


def capabilities(_request, _context):
    return field(1, field(1, bytes([1])) + field(2, field(1, 1)))


def find_missing(request, _context):
    return b"".join(field(2, wanted) for wanted in all_of(request, 2) if digest(wanted) not in blobs)


def batch_update(request, _context):
    status = field(1, 8) + field(2, b"the disk is full") if "full" in faults else b""
    out = b""
    for wanted in all_of(request, 2):
        if not status:
            blobs[digest(one_of(wanted, 1, b""))] = one_of(wanted, 2, b"")
        out += field(1, field(1, one_of(wanted, 1, b"")) + field(2, status))
    return out


def batch_read(request, _context):
    return b"".join(field(1, field(1, wanted) + (field(2, shown(blobs[digest(wanted)])) if digest(wanted) in blobs else field(3, field(1, 5))))
                    for wanted in all_of(request, 2))


def get_result(request, context):
    found = results.get(digest(one_of(request, 2, b"")))
    if found is None:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such action")
    return found


def update_result(request, _context):
    results[digest(one_of(request, 2, b""))] = one_of(request, 3, b"")
    return one_of(request, 3, b"")


def read(request, context):
    name, offset = one_of(request, 1, b"").decode(), one_of(request, 2, 0)
    print(f"read from {offset}", flush=True)
    content = blobs.get(name.split("/")[-2])
    if content is None:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such blob")
    content = shown(content)
    end = len(content)
    if "cut-read" in faults:
        faults.discard("cut-read")
        end //= 2
    for at in range(offset, end, 1 << 20):
        yield field(10, content[at:min(at + (1 << 20), end)])
    if end < len(content):
        context.abort(grpc.StatusCode.UNAVAILABLE, "going away")


def write(requests, context):
    name = None
    for request in requests:
        name = name or one_of(request, 1, b"").decode()
        offset, data = one_of(request, 2, 0), one_of(request, 10, b"")
        had = partial.setdefault(name, b"")
        if not had and offset == 0 or data and len(had) == offset:
            print(f"write from {offset}", flush=True) if offset in (0, partial.get(name + " cut")) else None
        if offset != len(had):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"offset {offset}, but there are {len(had)} bytes")
        partial[name] = had + data
        if "cut-write" in faults and len(partial[name]) >= 5 << 20:
            faults.discard("cut-write")
            partial[name + " cut"] = len(partial[name])
            context.abort(grpc.StatusCode.UNAVAILABLE, "going away")
    content, wanted = partial[name], name.split("/")[-2]
    if hashlib.sha256(content).hexdigest() != wanted:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "these are other bytes")
    blobs[wanted] = content
    return field(1, len(content))


def write_status(request, _context):
    print("asked how far it came", flush=True)
    return field(1, len(partial.get(one_of(request, 1, b"").decode(), b"")))


METHODS = {
    "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities": grpc.unary_unary_rpc_method_handler(capabilities),
    CAS + "FindMissingBlobs": grpc.unary_unary_rpc_method_handler(find_missing),
    CAS + "BatchUpdateBlobs": grpc.unary_unary_rpc_method_handler(batch_update),
    CAS + "BatchReadBlobs": grpc.unary_unary_rpc_method_handler(batch_read),
    "/build.bazel.remote.execution.v2.ActionCache/GetActionResult": grpc.unary_unary_rpc_method_handler(get_result),
    "/build.bazel.remote.execution.v2.ActionCache/UpdateActionResult": grpc.unary_unary_rpc_method_handler(update_result),
    BYTES + "Read": grpc.unary_stream_rpc_method_handler(read),
    BYTES + "Write": grpc.stream_unary_rpc_method_handler(write),
    BYTES + "QueryWriteStatus": grpc.unary_unary_rpc_method_handler(write_status),
}


class Methods(grpc.GenericRpcHandler):
    def service(self, details):
        return None if "unknown" in faults else METHODS.get(details.method)


server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", 4 << 20)])
server.add_generic_rpc_handlers((Methods(),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
