// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/role_text.h"

#include <QCoreApplication>

namespace halfstep {
namespace {

struct RoleText {
    Q_DECLARE_TR_FUNCTIONS(halfstep::RoleText)
};

}  // namespace

QString roleText(Role role) {
    switch (role) {
        case Role::token_embedding:
            return RoleText::tr("Token embedding");
        case Role::position_embedding:
            return RoleText::tr("Position embedding");
        case Role::attention_q:
            return RoleText::tr("Attention Q");
        case Role::attention_k:
            return RoleText::tr("Attention K");
        case Role::attention_v:
            return RoleText::tr("Attention V");
        case Role::attention_qkv:
            return RoleText::tr("Attention QKV");
        case Role::attention_output:
            return RoleText::tr("Attention output");
        case Role::ffn_gate:
            return RoleText::tr("FFN gate", "feed-forward network");
        case Role::ffn_up:
            return RoleText::tr("FFN up", "feed-forward network");
        case Role::ffn_gate_up:
            return RoleText::tr("FFN gate + up", "feed-forward network");
        case Role::ffn_down:
            return RoleText::tr("FFN down", "feed-forward network");
        case Role::expert_router:
            return RoleText::tr("Expert router");
        case Role::output_head:
            return RoleText::tr("Output head");
        case Role::convolution:
            return RoleText::tr("Convolution");
        case Role::recurrent:
            return RoleText::tr("Recurrent");
        case Role::dense:
            return RoleText::tr("Dense", "a fully connected layer");
        case Role::norm:
            return RoleText::tr("Norm", "a normalization layer");
        case Role::bias:
            return RoleText::tr("Bias");
        case Role::other:
            return RoleText::tr("Other", "a tensor of unknown purpose");
    }
    return {};
}

bool isFeedForward(Role role) {
    return role == Role::ffn_gate || role == Role::ffn_up || role == Role::ffn_gate_up ||
           role == Role::ffn_down;
}

}  // namespace halfstep
