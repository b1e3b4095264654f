"""Reads event files by TensorBoard's own code and compares them with the results: read_events.py RESULTS EVENTS"""
import calendar
import math
import sqlite3
import sys
import time

from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

results, events = sys.argv[1:]
database = sqlite3.connect(f"{results}/results.sqlite")
TAGS = {"loss/train": "train_loss", "accuracy/train": "train_accuracy", "loss/test": "test_loss",
        "accuracy/test": "test_accuracy", "speed/samples_per_second": "samples_per_second",
        "loss/validation": "validation.loss", "accuracy/validation": "validation.accuracy"}
TAGS |= {f"{figure}/{share}": f"(SELECT {figure} FROM epoch_errors AS e WHERE e.run = epoch.run "
                              f"AND e.epoch = epoch.epoch AND share = '{share}')"
         for figure in ("rmse", "mae", "r2") for share in ("train", "test", "validation")}
ALWAYS = {"loss/train", "loss/test"}  # a run that diverges has none that is a number


def equal(a, b):
    return math.isnan(a) and b is None or b is not None and math.isclose(a, b, rel_tol=1e-6)


def check_scalars(name):
    """The scalars of one folder against the tables of the results; how many were compared."""
    experiment, point, *seed = name.split("/")
    point = point.split(" ", 1)[-1] if " " in point else ""
    row = database.execute("SELECT id, started, seconds FROM run WHERE experiment = ? AND point = ? AND seed = ?",
                           (experiment, point, int(seed[0].split()[1]) if seed else 1)).fetchone()
    run, started, seconds = row
    started = calendar.timegm(time.strptime(started, "%Y-%m-%dT%H:%M:%SZ"))
    file = event_accumulator.EventAccumulator(f"{events}/{name}")
    file.Reload()
    compared = 0
    for tag, column in TAGS.items():
        wanted = database.execute(f"SELECT epoch, {column} FROM epoch LEFT JOIN validation USING (run, epoch) "
                                  "WHERE epoch.run = ? ORDER BY epoch", (run,)).fetchall()
        if tag not in ALWAYS and all(value is None for _, value in wanted):
            assert tag not in file.Tags()["scalars"], (name, tag)
            continue
        found = [(each.step, each.value) for each in file.Scalars(tag)]
        assert [step for step, _ in found] == [step for step, _ in wanted], (name, tag, found)
        assert all(equal(a, b) for (_, a), (_, b) in zip(found, wanted)), (name, tag, found, wanted)
        times = [each.wall_time for each in file.Scalars(tag)]
        assert times == sorted(times) and started <= times[0] <= times[-1] <= started + seconds + 1, (name, times)
        compared += len(found)
    for metric, value in database.execute("SELECT name, value FROM metric WHERE run = ? AND class IS NULL", (run,)):
        tag = f"result/{metric}"
        if tag in file.Tags()["scalars"]:
            assert equal(file.Scalars(tag)[0].value, value), (name, tag, value)
            compared += 1
    return compared


multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(events)
multiplexer.Reload()
names = sorted(multiplexer.Runs())
compared = sum(check_scalars(name) for name in names)
print(f"{len(names)} runs, {'all' if compared > 20 * len(names) else compared} scalars equal")

tensorboard = base_plugin.TBContext(data_provider=data_provider.MultiplexerDataProvider(multiplexer, events))
request = api_pb2.ListSessionGroupsRequest(
    start_index=0, slice_size=100, aggregation_type=api_pb2.AGGREGATION_AVG,
    allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING])
response = list_session_groups.Handler(
    context.RequestContext(), backend_context.Context(tensorboard), "experiment", request).run()
for group in sorted(response.session_groups, key=lambda each: each.name):
    hparams = {name: getattr(value, value.WhichOneof("kind")) for name, value in sorted(group.hparams.items())}
    scores = {value.name.tag for value in group.metric_values}
    print(group.name, [api_pb2.Status.Name(each.status) for each in group.sessions],
          "with accuracy" if "result/accuracy" in scores else "", hparams)
