"""AWS Config."""

import json

from moto.config.models import ConfigBackend, ConfigRecorder, ConfigRecorderStatus
from moto.config.responses import ConfigResponse
from moto.core.utils import unix_time

from . import patching

CONTINUOUS = {"recordingFrequency": "CONTINUOUS"}


def a_started_recorder_delivers():
    """moto leaves `PENDING` for ever.

    The reference lists `Pending`, `Success` and `Failure`; the service answers in capitals.
    See: https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html
    See: https://docs.aws.amazon.com/cli/latest/reference/configservice/describe-configuration-recorder-status.html#examples
    """

    @patching.replace(ConfigRecorderStatus, "start")
    def start(original, self):
        original(self)
        self.last_status = "SUCCESS"


def recorders_keep_their_recording_mode():
    """See: https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingMode.html"""

    @patching.replace(ConfigBackend, "put_configuration_recorder")
    def put(original, self, config_recorder):
        original(self, config_recorder)
        # `to_dict` of a recorder writes every attribute under its own name in camel case.
        self.recorders[config_recorder["name"]].recording_mode = config_recorder.get("recordingMode", CONTINUOUS)

    @patching.replace(ConfigRecorder, "to_dict")
    def to_dict(original, self):
        described = original(self)
        # The status belongs to the answer of another operation.
        described.pop("status", None)
        return described


def delivery_channels_have_a_status():
    """That of everything just delivered, unless described (see `backdoor`).

    See: https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannelStatus.html
    """

    @patching.replace(ConfigResponse, "describe_delivery_channel_status")
    def describe(_original, self):
        channels = self.config_backend.describe_delivery_channels(self._get_param("DeliveryChannelNames"))
        now = {"lastStatus": "SUCCESS", "lastAttemptTime": unix_time(), "lastSuccessfulTime": unix_time()}
        delivered = getattr(self.config_backend, "delivered", None)
        if delivered is None:
            delivered = {"configSnapshotDeliveryInfo": now, "configHistoryDeliveryInfo": now}
        stream = {"lastStatus": "SUCCESS", "lastStatusChangeTime": unix_time()}
        status = [
            {"name": channel["name"], "configStreamDeliveryInfo": stream, **delivered} for channel in channels
        ]
        return json.dumps({"DeliveryChannelsStatus": status})


CORRECTIONS = (a_started_recorder_delivers, recorders_keep_their_recording_mode, delivery_channels_have_a_status)
