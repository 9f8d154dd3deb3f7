"""How far a statement's jobs are: finished tasks of all tasks that Spark knows of, as Livy counts them."""

import threading
import time


class Progress:
    """Watches the running statement from a thread of its own and reports changes only."""

    INTERVAL = 0.1

    def __init__(self, sc, report):
        self._tracker = sc.statusTracker()
        self._report = report
        self._wake = threading.Condition()
        self._current = None
        threading.Thread(target=self._watch, name="progress", daemon=True).start()

    def begin(self, statement):
        with self._wake:
            self._current = statement
            self._wake.notify()

    def finish(self):
        with self._wake:
            self._current = None

    def _watch(self):
        last = (None, 0.0)
        done = {}
        while True:
            with self._wake:
                while self._current is None:
                    self._wake.wait()
                statement = self._current
            time.sleep(self.INTERVAL)
            if self._current != statement:
                continue
            if last[0] != statement:
                last, done = (statement, 0.0), {}
            try:
                value = self._value(str(statement), done)
            except Exception:  # noqa: BLE001, S112 - the session is ending; the statement's own answer says why
                continue
            if value != last[1] and self._current == statement:
                last = (statement, value)
                self._report(statement, value)

    def _value(self, group, done):
        """``done``: stages that are complete; they are not asked for again."""
        tasks = finished = 0
        for job in self._tracker.getJobIdsForGroup(group):
            info = self._tracker.getJobInfo(job)
            for stage in info.stageIds if info else ():
                if stage not in done:
                    known = self._tracker.getStageInfo(stage)
                    if known is None:
                        continue
                    if known.numCompletedTasks == known.numTasks:
                        done[stage] = known.numTasks
                    else:
                        tasks += known.numTasks
                        finished += known.numCompletedTasks
                        continue
                tasks += done[stage]
                finished += done[stage]
        return finished / tasks if tasks else 0.0
