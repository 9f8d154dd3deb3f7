"""The Spark driver of the local account's Livy: three interpreters on one Spark session, told what to do over a socket."""
