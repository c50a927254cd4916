"""A Ray cluster of two nodes on the loopback, in a process of its own that does what it is told, line by line.

It says where it is, and after each line that it has done it: ``kill`` ends the second node at once, with all that runs
there, as pulling its plug would; ``add`` starts one in its place, with the environment variables that follow as JSON.
It ends with its input, and ends every process that it started.
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
        second = cluster.add_node(**SECOND)
        print(cluster.address, file=answers, flush=True)
        for line in sys.stdin:
            order, _, environment = line.strip().partition(" ")
            if order == "kill":
                cluster.remove_node(second, allow_graceful=False)
            else:
                second = cluster.add_node(**SECOND, env_vars=json.loads(environment or "{}"))
            cluster.wait_for_nodes(60)
            print("done", file=answers, flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
