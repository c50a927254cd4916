"""A Ray cluster of two nodes on the loopback, in a process of its own that does what it is told, line by line.

It says where it is, and after each line that it has done it: ``kill`` ends the node that came last, at once and with
all that runs there, as pulling its plug would; ``add`` starts one more, with the arguments that follow as JSON. It ends
with its input, and ends every process that it started.
"""

import json
import os
import sys

NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
FIRST, SECOND = {**NODE, "node_ip_address": "127.0.0.2"}, {**NODE, "node_ip_address": "127.0.0.3"}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args=FIRST)
    try:
        others = [cluster.add_node(**SECOND)]
        print(cluster.address, file=answers, flush=True)
        for line in sys.stdin:
            order, _, arguments = line.strip().partition(" ")
            if order == "kill":
                cluster.remove_node(others.pop(), allow_graceful=False)
            else:
                others.append(cluster.add_node(**{**SECOND, **json.loads(arguments)}))
            print("done", file=answers, flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
