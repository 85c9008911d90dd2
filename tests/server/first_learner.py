"""Print how many pages a first learner opens, and what each loads or computes for all learners."""

import sys
import time
from collections import Counter

from starlette.testclient import TestClient
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance

from app import app
from server import page
from tests.server.served import rerun


def shared() -> set[str]:
    """Return all modules, and how much is in each cache."""
    stats = get_instance().stats_mgr.get_stats(family_names=["cache_memory_bytes"])
    kept = Counter()
    for each in stats["cache_memory_bytes"]:
        if each.category_name in ("st_cache_data", "st_cache_resource"):
            kept[each.cache_name] += each.byte_length
    assert kept
    return {*sys.modules} | {f"{name} holds {size}" for name, size in kept.items()}


with TestClient(app) as client:
    while client.get("/readyz").status_code != 200:
        time.sleep(0.1)
    news = []
    for address in page.addresses():
        before = shared()
        with client.websocket_connect("/_stcore/stream", subprotocols=["streamlit"]) as socket:
            socket.send_bytes(rerun(address.strip("/")).SerializeToString())
            answer = ForwardMsg()
            while answer.WhichOneof("type") != "script_finished" or answer.script_finished:
                answer.ParseFromString(socket.receive_bytes())
        news += [f"{address}: {each}" for each in shared() - before]
    sys.stdout.write(f"{len(page.addresses())} {news}")
