"""S3, IAM, KMS and Glue of the local account: moto, behind the account's one endpoint (process.ts is the other end).

In:  one line of JSON {accountId, region, token, users, roles, policies, buckets}; then nothing: the end of standard input ends us.
Out: one line of JSON {port}. Only requests that carry the token are served: whoever found the port by itself would pass
the account's signatures and policies by.
"""

import json
import os
import sys
import threading


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


def main():
    here = sys.path.pop(0)  # a module of ours must not shadow one of moto's
    start = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.environ.update(
        {
            "MOTO_ACCOUNT_ID": start["accountId"],
            # Paths only: a bucket is never taken from the host's name. The account has checked who may do what.
            "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true",
            "MOTO_ALLOW_NONEXISTENT_REGION": "true",
            "AWS_DEFAULT_REGION": start["region"],
        }
    )
    sys.path.insert(0, here)
    from emr_local_moto.server import serve

    serve(start, lambda port: print(json.dumps({"port": port}), flush=True))


if __name__ == "__main__":
    main()
