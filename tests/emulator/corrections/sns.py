"""Amazon SNS."""

from moto.sns.models import Subscription
from moto.sns.responses import SNSResponse

from . import patching

# Protocols whose endpoint must confirm; others belong to the same account and need not.
CONFIRMING = ("email", "email-json", "http", "https")


def subscriptions_are_pending_until_confirmed():
    """moto counts every subscription as confirmed.

    See: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    See: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    """

    @patching.replace(Subscription, "__init__")
    def init(original, self, account_id, topic, endpoint, protocol):
        original(self, account_id, topic, endpoint, protocol)
        self.confirmed = protocol not in CONFIRMING

    @patching.replace(SNSResponse, "list_subscriptions_by_topic")
    def listed(original, self):
        answer = original(self)
        described = [
            {
                "SubscriptionArn": found.arn if found.confirmed else "PendingConfirmation",
                "Owner": found.owner,
                "Protocol": found.protocol,
                "Endpoint": found.endpoint,
                "TopicArn": found.topic_arn,
            }
            for found in answer._result["Subscriptions"]
        ]
        answer._result = {"Subscriptions": described, "NextToken": answer._result["NextToken"]}
        return answer


def the_token_confirms():
    """The token of a subscription is sent to its endpoint only; here it is the ARN of the subscription.

    See: https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
    """

    @patching.replace(SNSResponse, "confirm_subscription")
    def confirm(original, self):
        answer = original(self)
        subscription = self.backend.subscriptions[self._get_param("Token")]
        subscription.confirmed = True
        answer._result = {"SubscriptionArn": subscription.arn}
        return answer


CORRECTIONS = (subscriptions_are_pending_until_confirmed, the_token_confirms)
