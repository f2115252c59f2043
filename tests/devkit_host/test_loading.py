"""What is refused when an app is loaded: one sentence that names the place."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from devkit.errors import DevkitError
from devkit.functions_host.functions import HttpTrigger, QueueTrigger, TimerTrigger

if TYPE_CHECKING:
    from tests.devkit_host.samples import Workbench

TIMER = '@app.timer_trigger(arg_name="t", schedule="0 0 0 * * *")\n'
QUEUE = '@app.queue_trigger(arg_name="m", queue_name="orders", connection="AzureWebJobsStorage")\n'
ROUTE = '@app.route(route="{route}")\ndef f(req: func.HttpRequest) -> func.HttpResponse: ...\n'


def test_functions_are_loaded_with_their_triggers(bench: Workbench) -> None:
    bench.write(
        TIMER
        + "def night(t: func.TimerRequest) -> None: ...\n"
        + QUEUE
        + "async def take(m: func.QueueMessage, context: func.Context) -> None: ...\n"
        + ROUTE.format(route="x")
    )

    functions = {function.name: function for function in bench.load().functions}

    assert isinstance(functions["night"].trigger, TimerTrigger)
    assert isinstance(functions["take"].trigger, QueueTrigger)
    assert isinstance(functions["f"].trigger, HttpTrigger)
    assert functions["take"].is_async
    assert functions["take"].wants_context


def test_a_blueprint_is_no_second_app(bench: Workbench) -> None:
    bench.write(
        "bp = func.Blueprint()\n"
        '@bp.timer_trigger(arg_name="t", schedule="0 0 0 * * *")\n'
        "def night(t: func.TimerRequest) -> None: ...\n"
        "app.register_functions(bp)\n"
    )

    assert [function.name for function in bench.load().functions] == ["night"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("del app", "Could not find top level function app instances in function_app.py."),
        ("more = func.FunctionApp()", "More than one top level function app instances are defined"),
        (
            "import nothing_like_it",
            "function_app.py cannot be imported: ModuleNotFoundError: No module named",
        ),
        ("def (", "function_app.py, line 6)."),
        (
            (TIMER + "def night(t: func.TimerRequest) -> None: ...\n") * 2,
            "night does not have a unique function name",
        ),
        (
            TIMER + "def night(timer: func.TimerRequest) -> None: ...",
            "Function 'night' cannot be loaded: the parameter 'timer' has no binding",
        ),
        (TIMER + "def night() -> None: ...", "Function 'night' cannot be loaded: the binding 't' has no parameter"),
        (
            TIMER + "def night(t: str) -> None: ...",
            "Function 'night' cannot be loaded: 't' is annotated as <class 'str'>",
        ),
        (TIMER + "def night(t: func.Out[str]) -> None: ...", "'t' must be azure.functions.Out exactly when"),
        (
            TIMER + "def night(t: 'Missing') -> None: ...",
            "Function 'night' cannot be loaded: its annotations cannot be read",
        ),
        (
            TIMER + "def night(t: func.TimerRequest, context: str) -> None: ...",
            "'context' must be annotated as azure.functions.Context",
        ),
        (
            '@app.queue_output(arg_name="out", queue_name="orders", connection="")\n'
            + TIMER
            + "def night(t: func.TimerRequest, out: str) -> None: ...",
            "'out' must be azure.functions.Out exactly when it is an output parameter",
        ),
        (
            '@app.blob_trigger(arg_name="b", path="x", connection="")\ndef f(b: func.InputStream) -> None: ...',
            "Function 'f': this host runs no blobTrigger bindings, only queueTrigger, queue",
        ),
        (
            '@app.timer_trigger(arg_name="t", schedule="%SYNC_SCHEDULE%")\ndef f(t: func.TimerRequest) -> None: ...',
            "Function 'f': schedule names the setting %SYNC_SCHEDULE%, which is not set.",
        ),
        (
            '@app.timer_trigger(arg_name="t", schedule="0 0 0 * * 7")\ndef f(t: func.TimerRequest) -> None: ...',
            "Function 'f': The schedule expression '0 0 0 * * 7' was not recognized",
        ),
        (
            (
                '@app.queue_trigger(arg_name="m", queue_name="No_Queue", connection="")\n'
                "def f(m: func.QueueMessage) -> None: ..."
            ),
            "Function 'f', binding 'm': queue_name: 'no_queue' is no queue name",
        ),
        (
            (
                '@app.queue_trigger(arg_name="m", queue_name="orders", connection="Other")\n'
                "def f(m: func.QueueMessage) -> None: ..."
            ),
            "Function 'f', binding 'm': connection needs the connection setting 'Other', which is not set.",
        ),
        (ROUTE.format(route="admin/stats"), "The specified route conflicts with one or more built in routes"),
        (ROUTE.format(route="administration"), "The specified route conflicts with one or more built in routes"),
        (ROUTE.format(route="Runtime"), "The specified route conflicts with one or more built in routes"),
        (ROUTE.format(route="a-{id}"), "Function 'f': route segment 'a-{id}' is not a literal or one parameter"),
        (
            '@app.retry(strategy="fixed_delay", max_retry_count="3")\n'
            + TIMER
            + "def night(t: func.TimerRequest) -> None: ...",
            "Function 'night': the retry policy needs delay_interval",
        ),
    ],
)
def test_a_wrong_app_is_refused(bench: Workbench, source: str, sentence: str) -> None:
    bench.write(source)

    with pytest.raises(DevkitError) as refusal:
        bench.load()

    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_folder_without_function_app_is_refused(bench: Workbench) -> None:
    bench.write("")
    (bench.root / "function_app.py").unlink()

    with pytest.raises(DevkitError, match=r"has no function_app\.py"):
        bench.load()


def test_a_retry_policy_on_a_queue_function_is_warned_about(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    """The host does not promise it, and messages have their own retries."""
    bench.write(
        '@app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:01")\n'
        + QUEUE
        + "def take(m: func.QueueMessage) -> None: ...\n"
    )

    with caplog.at_level(logging.WARNING):
        function = bench.load().functions[0]

    assert "Function 'take': a retry policy is only supported on timers" in caplog.text
    assert function.retry is None


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_wrong_thread_count_is_refused(bench: Workbench, count: str) -> None:
    bench.write("")
    bench.environ["PYTHON_THREADPOOL_THREAD_COUNT"] = count

    with pytest.raises(DevkitError, match="PYTHON_THREADPOOL_THREAD_COUNT must be a whole number"):
        bench.load()
