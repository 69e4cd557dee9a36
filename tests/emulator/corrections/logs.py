"""Amazon CloudWatch Logs."""

from moto.logs.metric_filters import MetricFilters

from . import patching


def putting_a_metric_filter_replaces_it():
    """moto keeps the old one beside the new one.

    See: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
    """

    @patching.replace(MetricFilters, "add_filter")
    def add(original, self, filter_name, filter_pattern, log_group_name, metric_transformations):
        self.metric_filters = [
            one
            for one in self.metric_filters
            if (one["filterName"], one["logGroupName"]) != (filter_name, log_group_name)
        ]
        return original(self, filter_name, filter_pattern, log_group_name, metric_transformations)


CORRECTIONS = (putting_a_metric_filter_replaces_it,)
